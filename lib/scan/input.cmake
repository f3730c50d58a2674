set(SCAN_INPUT_SOURCES
    words.cc)
