// Ids from the answers of an affinity group, for the path parameters of its other operations. Pure.
#pragma once

#include "base/json.h"
#include "runner/scanners/api/openapi/model.h"

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace runner::api {

// One object of an answer, with the name of the list it stood in ("user" for {"users": […]}; the
// path's last literal segment for a bare list or a single object).
struct HarvestItem {
    std::string container;  // plain, singular
    base::Json value;       // object or scalar
};

// Objects of lists anywhere down to depth 3, or the single object that the answer is. At most 50.
std::vector<HarvestItem> items_of(const base::Json& answer, std::string_view path_template);

// The value of this item for the parameter: "userId" and "id" take users[].id or users[].userId,
// "username" takes users[].username, "order" takes orders[].id. Null if the item has none. A
// parameter of type integer takes only integers and texts of digits.
base::Json id_for(const HarvestItem& item, std::string_view parameter, const base::Json* schema);

// What all answers of a group gave, in order.
class Harvest {
public:
    void add(const base::Json& answer, const Operation& producer);
    // Distinct ids for the parameter, oldest first, at most 20.
    std::vector<base::Json> ids(std::string_view parameter, const base::Json* schema) const;
    bool empty() const { return items_.empty(); }

private:
    std::vector<HarvestItem> items_{};
};

// The segment before the parameter, plain and singular: "order" in "/orders/{id}/lines".
std::string collection_of(std::string_view path_template, std::string_view parameter);

}  // namespace runner::api
