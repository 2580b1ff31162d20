#pragma once

#include <paddock/barrier.hpp>
#include <paddock/client.hpp>
#include <paddock/contender_info.hpp>
#include <paddock/count_down_latch.hpp>
#include <paddock/double_barrier.hpp>
#include <paddock/fence.hpp>
#include <paddock/leader_latch.hpp>
#include <paddock/leader_observer.hpp>
#include <paddock/leader_selector.hpp>
#include <paddock/multi_lock.hpp>
#include <paddock/mutex.hpp>
#include <paddock/read_write_lock.hpp>
#include <paddock/reentrant_mutex.hpp>
#include <paddock/semaphore.hpp>
#include <paddock/std_lockable.hpp>
#include <paddock/transaction.hpp>
