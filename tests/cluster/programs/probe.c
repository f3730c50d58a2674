/*
 * A stand-in for a program in a Pod: one static file, several behaviours, no shell needed in the image.
 *
 *   probe look DIR TOKEN     prints what the container may do; writes the termination message
 *   probe fail CODE          writes a termination message and exits with CODE
 *   probe sleep [SECONDS]    default one hour; SIGTERM ends it with 143
 *   probe eat                takes memory until somebody objects
 *   probe copy FROM TO       copies a program
 *   probe connect IP PORT    exits 0 when it could connect within 3 s
 *   probe resolve NAME       prints the first IPv4 address of NAME
 *   probe serve PORT         answers 200 to every HTTP request
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

static int write_file(const char* path, const char* text) {
    FILE* file = fopen(path, "wb");
    if (!file) return -1;
    fputs(text, file);
    return fclose(file);
}

static void print_limits(void) {
    char line[256];
    FILE* status = fopen("/proc/self/status", "r");
    while (status && fgets(line, sizeof line, status)) {
        if (!strncmp(line, "CapEff:", 7) || !strncmp(line, "CapBnd:", 7) || !strncmp(line, "NoNewPrivs:", 11) ||
            !strncmp(line, "Seccomp:", 8)) {
            fputs(line, stdout);
        }
    }
    if (status) fclose(status);
}

static int look(const char* folder, const char* token) {
    char path[256];
    struct stat found;
    print_limits();
    printf("uid %d gid %d\n", (int)getuid(), (int)getgid());
    printf("root is %s\n", write_file("/written", "1") ? "read-only" : "WRITABLE");
    snprintf(path, sizeof path, "%s/written", folder);
    printf("%s is %s\n", folder, write_file(path, "1") ? "READ-ONLY" : "writable");
    printf("token has %s bytes\n", stat(token, &found) || found.st_size == 0 ? "NO" : "some");
    printf("API token is %s\n",
           access("/var/run/secrets/kubernetes.io/serviceaccount/token", F_OK) ? "absent" : "MOUNTED");
    return write_file("/dev/termination-log", "{\"verdict\":\"clean\",\"files\":3}") ? 1 : 0;
}

static void on_term(int number) {
    (void)number;
    _exit(143);
}

/* A page at a time through a volatile pointer: memory that nobody looks at is not taken at all. */
static int eat(void) {
    for (;;) {
        volatile char* piece = malloc(1 << 20);
        if (!piece) return 1;
        for (int at = 0; at < 1 << 20; at += 4096) piece[at] = 1;
    }
}

static int copy(const char* from, const char* to) {
    char block[65536];
    size_t count;
    FILE* in = fopen(from, "rb");
    FILE* out = fopen(to, "wb");
    if (!in || !out) return 1;
    while ((count = fread(block, 1, sizeof block, in)) > 0) fwrite(block, 1, count, out);
    fclose(in);
    return fclose(out) || chmod(to, 0755) ? 1 : 0;
}

static struct sockaddr_in address_of(const char* ip, const char* port) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((unsigned short)strtoul(port, NULL, 10))};
    inet_pton(AF_INET, ip, &address.sin_addr);
    return address;
}

static int try_connect(const char* ip, const char* port) {
    struct sockaddr_in address = address_of(ip, port);
    struct timeval limit = {.tv_sec = 3};
    int handle = socket(AF_INET, SOCK_STREAM, 0);
    setsockopt(handle, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    int failed = connect(handle, (struct sockaddr*)&address, sizeof address);
    printf("%s:%s %s\n", ip, port, failed ? strerror(errno) : "connected");
    return failed ? 1 : 0;
}

static int resolve(const char* name) {
    struct addrinfo wanted = {.ai_family = AF_INET, .ai_socktype = SOCK_STREAM};
    struct addrinfo* found = NULL;
    char text[INET_ADDRSTRLEN];
    int failed = getaddrinfo(name, NULL, &wanted, &found);
    if (failed) {
        printf("%s: %s\n", name, gai_strerror(failed));
        return 1;
    }
    puts(inet_ntop(AF_INET, &((struct sockaddr_in*)found->ai_addr)->sin_addr, text, sizeof text));
    freeaddrinfo(found);
    return 0;
}

static int serve(const char* port) {
    static const char answer[] = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nConnection: close\r\n\r\nok\n";
    struct sockaddr_in address = address_of("0.0.0.0", port);
    char request[4096];
    int one = 1, listener = socket(AF_INET, SOCK_STREAM, 0);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(listener, (struct sockaddr*)&address, sizeof address) || listen(listener, 64)) return 1;
    signal(SIGPIPE, SIG_IGN);
    for (;;) {
        int client = accept(listener, NULL, NULL);
        if (read(client, request, sizeof request) > 0 && write(client, answer, sizeof answer - 1) < 0) perror("write");
        close(client);
    }
}

int main(int count, char** words) {
    const char* what = count > 1 ? words[1] : "";
    signal(SIGTERM, on_term);
    if (!strcmp(what, "look") && count == 4) return look(words[2], words[3]);
    if (!strcmp(what, "fail") && count == 3) {
        return write_file("/dev/termination-log", "failed on purpose") ? 1 : (int)strtol(words[2], NULL, 10);
    }
    if (!strcmp(what, "sleep")) return sleep(count > 2 ? (unsigned)strtoul(words[2], NULL, 10) : 3600), 0;
    if (!strcmp(what, "eat")) return eat();
    if (!strcmp(what, "copy") && count == 4) return copy(words[2], words[3]);
    if (!strcmp(what, "connect") && count == 4) return try_connect(words[2], words[3]);
    if (!strcmp(what, "resolve") && count == 3) return resolve(words[2]);
    if (!strcmp(what, "serve") && count == 3) return serve(words[2]);
    fputs("probe: unknown command\n", stderr);
    return 64;
}
