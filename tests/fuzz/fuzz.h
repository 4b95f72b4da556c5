/*
 * What a fuzz_NAME.c defines: aborts when `data` makes the code break its word.
 * libFuzzer calls it (`make fuzz`), and replay.c with the corpus (`make
 * check`).
 */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
