// One exchange with the target, as checks look at it.
#pragma once

#include "base/json.h"
#include "net/http.h"
#include "runner/scanners/api/engine/shape.h"

#include <memory>
#include <utility>

namespace runner::api {

struct Answer {
    net::Request request{};  // without credentials
    net::Response response{};
    std::shared_ptr<const base::Json> json{};

    static Answer of(net::Request request, net::Response response) {
        auto json = json_body(response);
        return {std::move(request), std::move(response), std::move(json)};
    }
    int status() const { return response.ok() ? response.status : 0; }
    bool is_2xx() const { return response.is_2xx(); }
    bool is_rejection() const { return status() == 401 || status() == 403 || status() == 404; }
    bool is_error_shape() const { return api::is_error_shape(response, json.get()); }
    Shape shape(const VolatileKeys& without = {}) const {
        return shape_of(response, json.get(), without);
    }
};

}  // namespace runner::api
