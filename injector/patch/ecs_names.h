// The one spelling of ECS and the other: the API writes `entryPoint`, CloudFormation `EntryPoint`.
#pragma once

#include <cctype>
#include <string>

#include "injector/patch/document.h"

namespace bewit::patch {

class EcsNames {
public:
    explicit EcsNames(bool cloudformation) : cloudformation_(cloudformation) {}

    bool cloudformation() const { return cloudformation_; }

    std::string operator()(std::string name) const {
        if (cloudformation_) name[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(name[0])));
        return name;
    }

    // An object with its keys spelled so, all levels, but not below `options` and labels, whose keys are data.
    Json spelled(const Json& value) const {
        if (!cloudformation_ || !value.is_structured()) return value;
        Json result = value.is_object() ? Json::object() : Json::array();
        for (const auto& [key, item] : value.items()) {
            if (value.is_array()) {
                result.push_back(spelled(item));
            } else {
                result[(*this)(key)] = key == "options" || key == "dockerLabels" ? item : spelled(item);
            }
        }
        return result;
    }

private:
    bool cloudformation_;
};

}  // namespace bewit::patch
