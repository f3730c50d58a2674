// The one door to Boost.Asio for the gate's files. Private to lib/net.
#pragma once

#if defined(__clang__)
// asio 1.74 knows clang's coroutines only under their old <experimental/coroutine> name.
#define BOOST_ASIO_HAS_CO_AWAIT 1
#define BOOST_ASIO_HAS_STD_COROUTINE 1
#endif

#include <utility>  // awaitable.hpp uses std::exchange without including it

#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

namespace net::gate {

namespace asio = boost::asio;
using Tcp = asio::ip::tcp;
using IoError = boost::system::error_code;

// Never write co_await inside the condition of an `if`: g++ 12 lays the frame out wrongly then, and
// the next resumption dies of an illegal instruction. Give the result a name first.
template <typename T = void>
using Task = asio::awaitable<T>;

// `co_await op(…, to(error))`: the error lands in the variable instead of being thrown.
inline auto to(IoError& error) { return asio::redirect_error(asio::use_awaitable, error); }

}  // namespace net::gate
