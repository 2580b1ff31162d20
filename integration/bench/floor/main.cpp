#include "integration/bench/floor/create.hpp"
#include "integration/bench/runner/verbs.hpp"

int main(int argc, char** argv) {
    using namespace paddock::bench;
    return run_verb(argc, argv, "floor",
                    {{"cycle", &cycle},
                     {"drain", &drain},
                     {"lead", &lead},
                     {"candidate", &candidate},
                     {"try", &try_held},
                     {"idle", &idle},
                     {"create", &create}});
}
