// What each call does once it is admitted and its body is there.
#pragma once

#include "operator/api/call.h"
#include "operator/api/ingest.h"
#include "operator/api/ledger.h"
#include "operator/api/outbox.h"

namespace api {

// Any of the pool's threads. Blocks on reads; writes are queued and answered through the outbox.
class Handlers {
public:
    Handlers(results::ResultStore& store, const IngestLimits& limits, Ledger& ledger,
             Outbox& outbox)
        : store_(store), limits_(limits), ledger_(ledger), outbox_(outbox) {}

    void handle(Call call);

private:
    // Each answers in the end, or returns why not.
    base::Result<> put_plan(Call& call);
    base::Result<> put_input(Call& call);
    base::Result<> put_segment(Call& call);
    base::Result<> commit(Call& call);
    base::Result<net::Reply> get_input(const Call& call);
    base::Result<net::Reply> get_redaction_key(const Call& call);
    base::Result<net::Reply> get_work(const Call& call);
    base::Result<> dispatch(Call& call);
    base::Result<> reply(Call& call, base::Result<net::Reply> answer);
    // Queues the write; when it is durable, `settle` says what is to be told.
    void store(Call& call, results::Write write,
               std::move_only_function<std::vector<IngestEvent>()> settle);
    void refuse(Call& call, const base::Error& error);

    results::ResultStore& store_;
    const IngestLimits limits_;
    Ledger& ledger_;
    Outbox& outbox_;
};

}  // namespace api
