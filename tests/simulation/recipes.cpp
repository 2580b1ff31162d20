#include "tests/simulation/workload.hpp"

namespace paddock::testing {

std::unique_ptr<workload> make_barrier_workload(stage& on);
std::unique_ptr<workload> make_curator_semaphore_workload(stage& on);
std::unique_ptr<workload> make_double_barrier_workload(stage& on);
std::unique_ptr<workload> make_latch_workload(stage& on);
std::unique_ptr<workload> make_leader_workload(stage& on);
std::unique_ptr<workload> make_multi_workload(stage& on);
std::unique_ptr<workload> make_mutex_workload(stage& on);
std::unique_ptr<workload> make_read_write_workload(stage& on);
std::unique_ptr<workload> make_reentrant_workload(stage& on);
std::unique_ptr<workload> make_selector_workload(stage& on);
std::unique_ptr<workload> make_semaphore_workload(stage& on);
std::unique_ptr<workload> make_transaction_workload(stage& on);

const std::vector<recipe>& recipes() {
    static const std::vector<recipe> all = {
        {"barrier", make_barrier_workload},
        {"count_down_latch", make_latch_workload},
        {"curator_semaphore", make_curator_semaphore_workload},
        {"double_barrier", make_double_barrier_workload},
        {"leader_latch", make_leader_workload},
        {"leader_selector", make_selector_workload},
        {"multi_lock", make_multi_workload},
        {"mutex", make_mutex_workload},
        {"read_write_lock", make_read_write_workload},
        {"reentrant_mutex", make_reentrant_workload},
        {"semaphore", make_semaphore_workload},
        {"transaction", make_transaction_workload},
    };
    return all;
}

}  // namespace paddock::testing
