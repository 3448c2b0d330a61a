#include "tracer/runtime/table.h"

#include <algorithm>
#include <span>

namespace bewit::tracer {

std::vector<std::byte> lay_out_table(const match::PathTest& test, uint64_t address, bool relative_names) {
    const auto answers = std::as_bytes(std::span(test.absolute));
    const auto relative = std::as_bytes(std::span(test.relative));
    const auto next = std::as_bytes(std::span(test.next));
    TableHeader header;
    header.class_count = test.class_count;
    header.start = test.start;
    header.flag_count = test.flag_bits.size();
    std::ranges::copy(test.flag_bits, header.flag_bits.begin());
    header.answers = address + sizeof header;
    header.relative = header.answers + answers.size();
    header.next = header.relative + relative.size();
    if (!relative_names) header.relative = 0;
    header.byte_class = test.byte_class;

    std::vector<std::byte> table;
    for (const auto part : {std::as_bytes(std::span(&header, 1)), answers, relative, next})
        table.insert(table.end(), part.begin(), part.end());
    return table;
}

}  // namespace bewit::tracer
