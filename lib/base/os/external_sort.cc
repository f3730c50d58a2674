#include "base/os/external_sort.h"

#include "base/os/sort_run.h"
#include "base/text.h"

#include <fmt/core.h>

#include <algorithm>
#include <limits>
#include <optional>
#include <vector>

namespace base::os {
namespace {

using Take = std::function<Result<>(std::string_view key, std::string_view value)>;

// Below this the reads of a merge become too small; many runs then take more memory than asked for.
constexpr std::size_t kReadBufferMin = 16 << 10;
constexpr std::size_t kReadBufferMax = 1 << 20;

// The smallest pair of several runs, again and again.
class Merge {
public:
    Merge(const RunFile& file, const std::vector<RunFile::Run>& runs, std::size_t memory_max) {
        const std::size_t buffer = std::clamp(memory_max / std::max<std::size_t>(runs.size(), 1),
                                              kReadBufferMin, kReadBufferMax);
        for (const auto& run : runs) readers_.emplace_back(file, run, buffer);
    }

    Result<> run(const Take& take) {
        for (std::size_t i = 0; i < readers_.size(); ++i) TRY(push(i));
        while (!heap_.empty()) {
            const auto later = [this](auto a, auto b) { return is_later(a, b); };
            std::ranges::pop_heap(heap_, later);
            const std::size_t first = heap_.back();
            heap_.pop_back();
            const PairView& pair = readers_[first].pair();
            TRY(take(pair.key, pair.value));
            TRY(push(first));
        }
        return {};
    }

private:
    // Heaps have the largest on top, so "later" makes the earliest come first. Runs were written in
    // the order of adding: of equal keys the lower run is earlier.
    bool is_later(std::size_t a, std::size_t b) const {
        const RunReader& left = readers_[a];
        const RunReader& right = readers_[b];
        if (left.prefix() != right.prefix()) return left.prefix() > right.prefix();
        const int order = left.pair().key.compare(right.pair().key);
        return order != 0 ? order > 0 : a > b;
    }

    Result<> push(std::size_t reader) {
        const bool has_pair = TRY(readers_[reader].next());
        if (!has_pair) return {};
        heap_.push_back(reader);
        const auto later = [this](auto a, auto b) { return is_later(a, b); };
        std::ranges::push_heap(heap_, later);
        return {};
    }

    std::vector<RunReader> readers_;
    std::vector<std::size_t> heap_;
};

}  // namespace

struct ExternalSort::Impl {
    ExternalSortOptions options;
    PairBuffer pairs;
    std::optional<RunFile> file;
    std::vector<RunFile::Run> runs;
    bool is_drained = false;

    Result<> spill() {
        if (!file) file = TRY(RunFile::create(options.folder));
        pairs.sort();
        const auto run = TRY(file->append(pairs));
        runs.push_back(run);
        pairs.clear();
        return {};
    }
};

ExternalSort::ExternalSort(ExternalSortOptions options) : impl_(std::make_unique<Impl>()) {
    impl_->options = std::move(options);
}
ExternalSort::~ExternalSort() = default;
ExternalSort::ExternalSort(ExternalSort&&) noexcept = default;

Result<> ExternalSort::add(std::string_view key, std::string_view value) {
    if (impl_->is_drained) return fail(ErrorKind::Internal, "a drained sort takes nothing more");
    constexpr std::size_t kPartMax = std::numeric_limits<std::uint32_t>::max();
    if (key.size() > kPartMax || value.size() > kPartMax) {
        return fail(ErrorKind::TooLarge,
                    fmt::format("a sorted key or value has more than {}", format_bytes(kPartMax)));
    }
    impl_->pairs.add(key, value);
    if (impl_->pairs.bytes() < impl_->options.memory_max) return {};
    return with_context(impl_->spill(), "sort on disk");
}

Result<> ExternalSort::drain(const Take& take) {
    if (impl_->is_drained) return fail(ErrorKind::Internal, "a sort is drained once");
    impl_->is_drained = true;
    if (impl_->runs.empty()) {
        impl_->pairs.sort();
        return impl_->pairs.each(
            [&take](const PairView& pair) { return take(pair.key, pair.value); });
    }
    if (!impl_->pairs.empty()) TRY(with_context(impl_->spill(), "sort on disk"));
    impl_->pairs = PairBuffer();  // its memory goes to the read buffers
    return Merge(*impl_->file, impl_->runs, impl_->options.memory_max).run(take);
}

}  // namespace base::os
