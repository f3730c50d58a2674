// A Pod as it is kept in a cache: all of its facts, in a fraction of the memory. Pure.
#pragma once

#include "kube/pod.h"
#include "kube/text_pool.h"

#include <array>
#include <cstdint>
#include <memory>
#include <optional>

namespace kube {

// Key and resourceVersion are the cache's to keep. Texts that Pods share are in a pool, which must
// outlive the record; the ones of Pods in trouble are in a block of their own. Moves only.
class PodRecord {
public:
    // Restart counts beyond 65 535 and signals beyond 255 become those.
    PodRecord(const Pod& pod, TextPool& pool);
    PodRecord(PodRecord&& other) noexcept { swap(other); }
    PodRecord& operator=(PodRecord&& other) noexcept {
        swap(other);
        return *this;
    }
    ~PodRecord();

    // The Pod again, with the two that the cache has.
    Pod expand(ObjectKey key, std::string resource_version) const;

    // What is asked of many Pods at once.
    PodPhase phase() const { return facts_.phase; }
    std::string label(std::size_t wanted) const;  // by its place among the wanted ones
    bool is_deleted() const { return facts_.deletion != 0; }

private:
    using Id = TextPool::Id;
    using Seconds = std::uint32_t;  // since 1970; 0 = absent. Until 2106
    enum class State : std::uint8_t { NoContainer, Silent, Waiting, Running, Terminated };
    struct Trouble {  // few Pods have any of it
        Id status_reason = 0, status_message = 0;
        Id unscheduled_reason = 0, unscheduled_message = 0;
        Id disruption = 0;
        bool is_unscheduled = false, is_disrupted = false;
    };

    void keep_uid(const std::string& uid);
    std::string uid() const;
    void keep_main(const ContainerStatus& status);
    std::optional<ContainerStatus> main() const;
    void keep_trouble(const Pod& pod);
    std::string text(Id id) const { return pool_->text(id); }
    void swap(PodRecord& other) noexcept;

    TextPool* pool_ = nullptr;
    std::unique_ptr<Trouble> trouble_{};
    struct {
        std::array<std::uint8_t, 16> uid{};  // or the id of its text, where it is no UUID
        std::array<Id, kPodLabelsMax> labels{};
        Id owner_kind = 0, owner_name = 0, owner_uid = 0;
        Id node = 0;
        Id reason = 0, message = 0;  // of the main container's state
        Seconds created = 0, deletion = 0, started = 0;
        Seconds run_started = 0, run_finished = 0;
        std::int32_t exit_code = 0;
        std::uint16_t restarts = 0;
        std::uint8_t signal = 0;
        PodPhase phase = PodPhase::Unknown;
        State state = State::NoContainer;
        std::uint8_t label_count : 3 = 0;
        bool has_owner : 1 = false;
        bool uid_is_text : 1 = false;
        bool ready : 1 = false;
        bool oom_killed : 1 = false;
    } facts_{};
};
// With its key (about 48 bytes), its version and the cache's node below 256 bytes.
static_assert(sizeof(PodRecord) <= 112);

}  // namespace kube
