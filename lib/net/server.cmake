# The gate on Boost.Asio and Beast, and the listener on cpprestsdk behind it.
sf_library(NAME net_server LAYER 2
    SOURCES certificate.cc head_scanner.cc server_identity.cc
            gate/acceptor.cc gate/answer.cc gate/body.cc gate/gate.cc gate/input.cc gate/limits.cc
            gate/message.cc gate/peer_watch.cc gate/relay.cc gate/session.cc gate/tls.cc
            gate/upstream_pool.cc gate/wire.cc gate/worker.cc
            rest/event_pipe.cc rest/event_text.cc rest/listener.cc rest/loopback.cc rest/streams.cc
    DEPS base base_os net_messages
    LINKS cpprestsdk::cpprest Boost::system OpenSSL::SSL OpenSSL::Crypto fmt::fmt Threads::Threads)

# clang 19 instantiates libstdc++ 12's constexpr destructor of unique_ptr at once, cpprest's json.h wants it late.
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    set_source_files_properties(rest/listener.cc PROPERTIES COMPILE_DEFINITIONS "_GLIBCXX23_CONSTEXPR=")
endif()

# Under sanitizers g++ 12 takes asio's operator delete for coroutine frames for a mismatch.
set_source_files_properties(${CMAKE_CURRENT_LIST_DIR}/gate/relay.cc PROPERTIES
    COMPILE_OPTIONS $<$<CXX_COMPILER_ID:GNU>:-Wno-mismatched-new-delete>)

# The thread sanitizer does not know fences; without them asio's own mutexes are what it goes by.
if(CMAKE_CXX_FLAGS MATCHES "-fsanitize=thread")
    target_compile_definitions(net_server PRIVATE BOOST_ASIO_DISABLE_FENCED_BLOCK)
endif()
