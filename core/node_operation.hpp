#pragma once

#include <memory>
#include <string>
#include <utility>

#include "core/node_reader.hpp"
#include "core/recipe_node.hpp"
#include "core/round_operation.hpp"

namespace paddock::detail {

/// An operation on one persistent node, which it reads, waits for or makes.
template <class Result>
class node_operation : public round_operation<Result> {
protected:
    node_operation(std::shared_ptr<const recipe_node> on, typename operation<Result>::sink_type sink)
        : round_operation<Result>(on->client, std::move(sink)),
          on_(std::move(on)),
          reader_(*this, on_->node) {}

    /// Reads it; `fresh` as `node_reader::read_fresh`. A watch takes its share of the session's budget first.
    asio::awaitable<get_reply> look(session& home, bool watch, bool fresh) {
        let_go();
        get_reply seen;
        if (watch) share_ = home.limits().take(on_->node.size(), seen.ec);
        if (seen.ec) co_return seen;
        if (fresh)
            seen = co_await reader_.read_fresh(home, watch);
        else
            seen = co_await reader_.read(home, watch);
        co_return seen;
    }

    /// Makes it, and when they are missing the levels above it; then another round has to make it.
    asio::awaitable<reply> create(session& home, const std::string& data) {
        const mailbox<create_reply> created(this->world_.executor());
        home.create(on_->node, data, create_mode::persistent, on_->acls, created.sink());
        const create_reply made = co_await created.take();
        const bool missing = is_code(made.ec, server_errc::no_node) && ++missing_ <= missing_rounds_max;
        if (missing && !this->finished()) co_return co_await this->make_levels(home, on_->parents);
        co_return made;
    }

    void let_go() override {
        reader_.forget();
        share_.reset();
    }

    const std::shared_ptr<const recipe_node> on_;
    node_reader reader_;

private:
    budget_share share_;  // of the watch
    int missing_ = 0;
};

}  // namespace paddock::detail
