// Diagnostics as they are found: as many as one reads, and no longer than one reads.
#pragma once

#include <cstddef>
#include <unordered_map>
#include <utility>
#include <vector>

#include "engine/rule/diagnostic.h"

namespace bewit::rule {

class SourceText;

class Findings {
public:
    // Appends to `out`, which must outlive this.
    explicit Findings(std::vector<Diagnostic>& out) : out_(out) {}

    // Calls `make()` for the diagnostic, unless enough was told of the file (limits::warnings); what is told last says
    // so. Null: of none.
    template <class Make>
    void add(const SourceText* file, Make&& make) {
        if (!is_full(file)) put(file, std::forward<Make>(make)());
    }
    bool is_full(const SourceText* file) const;

private:
    void put(const SourceText* file, Diagnostic diagnostic);

    std::vector<Diagnostic>& out_;
    std::unordered_map<const SourceText*, size_t> told_;
};

// Cuts what comes from files: names to 200 bytes, sentences to 1,000.
void abbreviate(Diagnostic& diagnostic);

}  // namespace bewit::rule
