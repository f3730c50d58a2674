# The images of Scanfleet for those who have a container engine; `make images` makes the same without one.
#   docker build --target runner -t scanfleet.dev/runner:0.1.0 .
#   docker build --target operator -t scanfleet.dev/operator:0.1.0 .
FROM debian:12 AS build
WORKDIR /src
COPY tools/install-deps.sh tools/
RUN tools/install-deps.sh build
COPY . .
RUN cmake --preset release && cmake --build build/release --target scanfleet-operator scanfleet-runner
# What goes into the images is written once, in tools/build-images.sh: the program, the libraries it is linked with, and
# the authorities it trusts. No shell, no package manager.
RUN tools/build-images.sh --unpacked build/release/bin /rootfs operator runner

FROM scratch AS runner
COPY --from=build /rootfs/runner/ /
USER 65532:65532
ENTRYPOINT ["/usr/bin/scanfleet-runner"]

FROM scratch AS operator
COPY --from=build /rootfs/operator/ /
USER 65532:65532
ENTRYPOINT ["/usr/bin/scanfleet-operator"]
