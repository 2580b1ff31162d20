#include "integration/bench/runner/verbs.hpp"

int main(int argc, char** argv) {
    using namespace paddock::bench;
    return run_verb(argc, argv, "bench",
                    {{"cycle", &cycle},
                     {"drain", &drain},
                     {"lead", &lead},
                     {"candidate", &candidate},
                     {"try", &try_held},
                     {"idle", &idle}});
}
