# opsroom. `make help` tells what there is.
#
# Builds live side by side: build/release (what is installed), build/san
# (AddressSanitizer + UndefinedBehaviorSanitizer, what the tests run), and
# build/release-clang and build/san-clang with CC=clang CXX=clang++.
# V=1 shows the commands; CFLAGS and CC are yours.

CC ?= cc
CFLAGS ?= -O2 -g
V ?= 0
Q := $(if $(filter 1,$(V)),,@)
say = $(if $(filter 1,$(V)),,@printf '  %-5s %s\n' $(1) $(2))

SANITIZE ?= 0
CLANG := $(if $(findstring clang,$(CC)),-clang)
BUILD := build/$(if $(filter 1,$(SANITIZE)),san,release)$(CLANG)

PACKAGES := libwebsockets libmicrohttpd libcurl libcjson sqlite3 libuv libssl libcrypto zlib
HELPER_PACKAGES := libgit2 cairo fontconfig
WARNINGS := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes \
	-Wmissing-prototypes -Wold-style-definition -Wvla -Wformat=2 -Wwrite-strings \
	-Wundef -Wpointer-arith -Wcast-qual -Wswitch-enum -Werror
HARDEN := -D_FORTIFY_SOURCE=2 -fstack-protector-strong -fPIE -ffunction-sections
SAN := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
ifeq ($(SANITIZE),1)
  override CFLAGS += -O1 -g $(SAN)
  LDSAN := $(SAN)
else
  override CFLAGS += $(HARDEN)
  LDSAN := -pie -Wl,-z,relro,-z,now,--gc-sections -static-libgcc
  LDCXX := -static-libstdc++
endif

# _GNU_SOURCE: uv.h needs pthread_rwlock_t.
CPPFLAGS += -I. -D_GNU_SOURCE -MMD -MP
LIBS = $(shell pkg-config --libs $(PACKAGES))
CMOCKA = $(shell pkg-config --libs cmocka)

# ---- what is built from what ----

PRODUCT_DIRS := bot bot/base bot/config bot/core bot/discord bot/alert bot/forge bot/probe bot/io bot/room bot/postmortem bot/outbox \
	bot/road bot/watch bot/turn bot/cli commands storage templates
PRODUCT := $(filter-out bot/main.c,$(foreach d,$(PRODUCT_DIRS),$(wildcard $(d)/*.c)))
PRODUCT_CC := $(wildcard bot/config/*.cc)
OBJECTS := $(PRODUCT:%.c=$(BUILD)/%.o) $(PRODUCT_CC:%.cc=$(BUILD)/%.o)
HELPER_GIT := $(wildcard bot/helpers/git*.c) bot/helpers/merge.c $(wildcard bot/base/*.c)
HELPER_DRAW := $(wildcard bot/helpers/draw*.c) $(wildcard bot/base/*.c)

TESTS := $(wildcard tests/unit/test_*.c tests/property/test_*.c)
TEST_LIB := $(wildcard tests/lib/*.c)
FUZZERS := $(wildcard tests/fuzz/fuzz_*.c)
TEST_BINARIES := $(TESTS:%.c=$(BUILD)/%) $(FUZZERS:%.c=$(BUILD)/%)

.DEFAULT_GOAL := all
.SECONDARY:
.PHONY: all help deps deps-test check check-unit check-browser demo practice guide-pictures bench \
	soak fault torture fuzz fuzz-all analyze valgrind cover lint layers format format-check clean san tests install deb check-deb

all: $(BUILD)/opsroom $(BUILD)/opsroom-git $(BUILD)/opsroom-draw

help:
	@echo 'make                 build build/release/opsroom and its helpers'
	@echo 'make deps            install what it is built with (Debian packages, by sudo)'
	@echo 'make install         into PREFIX=/usr/local, below DESTDIR if set; settings stay as they are'
	@echo 'make deb             the Debian package, build/deb/opsroom_*.deb'
	@echo 'make demo            play a real incident against the stand-in, no Discord needed'
	@echo 'make practice        try opsroom in your browser, no Discord needed'
	@echo 'make check           build with sanitizers and run every test'
	@echo 'make check-unit      only the C tests'
	@echo 'make check-browser   the practice room, in headless Chromium'
	@echo 'make check-deb       the package, on a fresh Debian 12 (root; needs debootstrap)'
	@echo 'make guide-pictures  play an incident and photograph it for the user guide'
	@echo 'make bench           speed and memory beside other bots: ROUNDS=3, PEERS=0 without them,'
	@echo '                     incidents of up to ENTRIES=1000000, SECONDS=60 idle and with probes'
	@echo 'make soak            SEEDS=10000 simulated incidents with troubles, from FIRST=1 on'
	@echo 'make fault           one fault at every place, one after the other'
	@echo 'make torture         ROUNDS=1000 times kill -9 of the real program'
	@echo 'make fuzz T=NAME     tests/fuzz/fuzz_NAME.c for S=60 seconds (needs clang)'
	@echo 'make fuzz-all        each of them for S=60 seconds, one after the other'
	@echo 'make analyze         gcc -fanalyzer over our C'
	@echo 'make valgrind        the demo, with the bot under valgrind'
	@echo 'make cover           lines that the tests reach, by folder; build/cover has the pages'
	@echo 'make lint            clang-format, clang-tidy, layers, file length'
	@echo 'make format          lay the code out'
	@echo 'make clean           remove build/'

# Looked for once: the compiler would name the first header only.
$(BUILD)/headers:
	@missing=; for one in $(PACKAGES) $(HELPER_PACKAGES) tomlplusplus; do \
		pkg-config --exists $$one 2>/dev/null || missing="$$missing $$one"; done; \
	[ -z "$$missing" ] || { echo "Not there, as pkg-config calls it:$$missing. On Debian 12 'make deps' installs it." >&2; exit 1; }
	@mkdir -p $(@D) && touch $@

$(BUILD)/%.o: %.c | $(BUILD)/headers
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) -std=gnu17 $(CPPFLAGS) -include bot/base/banned.h $(WARNINGS) $(CFLAGS) -c $< -o $@

$(BUILD)/%.o: %.cc | $(BUILD)/headers
	@mkdir -p $(@D)
	$(call say,CXX,$<)
	$(Q)$(CXX) -std=c++17 $(CPPFLAGS) -Wall -Wextra $(CFLAGS) -c $< -o $@

# Its bytes are read by the assembler, which writes no dependency.
$(BUILD)/templates/builtin.o: $(wildcard templates/*.md) templates/names.json

$(BUILD)/libopsroom.a: $(OBJECTS)
	$(call say,AR,$@)
	$(Q)rm -f $@ && $(AR) rcs $@ $^

$(BUILD)/opsroom: $(BUILD)/bot/main.o $(BUILD)/libopsroom.a
	$(call say,LD,$@)
	$(Q)$(CXX) $(LDSAN) $(LDCXX) -Wl,--export-dynamic-symbol=_gnutls_global_init_skip \
		-Wl,--export-dynamic-symbol=gnutls_global_init \
		$(LDFLAGS) $^ $(LIBS) -o $@

$(BUILD)/opsroom-git: $(HELPER_GIT:%.c=$(BUILD)/%.o)
	$(call say,LD,$@)
	$(Q)$(CC) $(LDSAN) $(LDFLAGS) $^ $(shell pkg-config --libs libgit2 libcjson libcrypto) -o $@

# Its headers are not on the usual path, nor written for our warnings.
$(BUILD)/bot/helpers/draw%.o: CPPFLAGS += $(patsubst -I%,-isystem %,$(shell pkg-config --cflags cairo))
$(BUILD)/opsroom-draw: $(HELPER_DRAW:%.c=$(BUILD)/%.o)
	$(call say,LD,$@)
	$(Q)$(CC) $(LDSAN) $(LDFLAGS) $^ $(shell pkg-config --libs cairo fontconfig libcjson libcrypto) -lm -o $@

# ---- installing ----

# Other programs spell it in lower case.
prefix ?= /usr/local
PREFIX ?= $(prefix)
BINDIR ?= $(PREFIX)/bin
# systemd reads these two prefixes; below another one nobody would find it.
SYSTEMD := $(if $(filter /usr /usr/local,$(PREFIX:/=)),$(PREFIX:/=)/lib,/etc)
UNITDIR ?= $(SYSTEMD)/systemd/system
SYSUSERSDIR ?= $(SYSTEMD)/sysusers.d
SETTINGS := $(DESTDIR)/etc/opsroom
SETTINGS_SED := sed -e '/^\[discord\]/,/^\[/ s|^token_file = .*|token_file = "credential:token"|' \
	-e '/^\[storage\]/,/^\[/ s|^path = .*|path = "/var/lib/opsroom/opsroom.db"|'

install: all
	$(Q)install -Dm755 $(BUILD)/opsroom "$(DESTDIR)$(BINDIR)/opsroom"
	$(Q)install -Dm755 -t "$(DESTDIR)$(PREFIX)/libexec/opsroom" $(BUILD)/opsroom-git $(BUILD)/opsroom-draw
	$(Q)install -Dm644 bot/dist/opsroom.1 "$(DESTDIR)$(PREFIX)/share/man/man1/opsroom.1"
	$(Q)install -Dm644 -t "$(DESTDIR)$(PREFIX)/share/doc/opsroom/examples" config.example.toml templates/*.md
	$(Q)install -Dm644 bot/dist/opsroom.sysusers "$(DESTDIR)$(SYSUSERSDIR)/opsroom.conf"
	$(Q)install -d "$(DESTDIR)$(UNITDIR)"
	$(Q)sed 's|^ExecStart=/usr/bin/|ExecStart=$(BINDIR)/|' bot/dist/opsroom.service >"$(DESTDIR)$(UNITDIR)/opsroom.service"
	$(Q)install -d "$(SETTINGS)" && install -dm700 "$(SETTINGS)/secrets"
	$(Q)[ -e "$(SETTINGS)/config.toml" ] || { $(SETTINGS_SED) config.example.toml >"$(SETTINGS)/config.toml" && \
		chmod 640 "$(SETTINGS)/config.toml"; }

# debian/ is made here, because the top of the repository is for its readers.
deb:
	@tests/tools/install build package
	$(Q)rm -rf build/deb && mkdir -p build/deb/source
	$(Q)cp -a bot commands storage templates Makefile *.md LICENSE config.example.toml build/deb/source
	$(Q)mv build/deb/source/bot/dist/debian build/deb/source/debian
	$(Q)cd build/deb/source && DEB_BUILD_OPTIONS='noautodbgsym parallel=2' dpkg-buildpackage -b -us -uc >../log 2>&1 || \
		{ tail -20 ../log; exit 1; }
	$(Q)lintian --fail-on error,warning build/deb/*.changes
	@ls build/deb/*.deb

check-deb: deb
	@tests/tools/check-deb build/deb/*.deb

# ---- tests ----

$(BUILD)/tests/%: $(BUILD)/tests/%.o $(TEST_LIB:%.c=$(BUILD)/%.o) $(BUILD)/libopsroom.a
	$(call say,LD,$@)
	$(Q)$(CXX) $(LDSAN) $(LDFLAGS) $^ $(LIBS) $(CMOCKA) $(TEST_LIBS) -o $@

# What only a helper does is not in the library.
$(BUILD)/tests/unit/test_merge: $(BUILD)/bot/helpers/merge.o
$(BUILD)/tests/unit/test_draw_scale: $(BUILD)/bot/helpers/draw_scale.o

# Only the postmortem's tests re-parse what was rendered.
$(BUILD)/tests/unit/test_postmortem: TEST_LIBS = -lcmark-gfm-extensions -lcmark-gfm

# Their own loop, wire and disk stand in for those of the library.
SIM := $(patsubst %.c,$(BUILD)/%.o,$(filter-out tests/sim/main.c,$(wildcard tests/sim/*.c))) \
	$(patsubst %,$(BUILD)/tests/lib/%.o,chance golden room_check room_world) $(BUILD)/libopsroom.a
SIMULATIONS := $(BUILD)/tests/sim/sim $(BUILD)/tests/fault/sweep
$(BUILD)/tests/sim/sim: $(BUILD)/tests/sim/main.o
$(BUILD)/tests/fault/sweep: $(BUILD)/tests/fault/sweep.o
$(SIMULATIONS): $(SIM)
	$(call say,LD,$@)
	$(Q)$(CXX) $(LDSAN) -Wl,--wrap=store_open,--wrap=mem_trim,--wrap=mem_alloc $(LDFLAGS) $^ $(LIBS) $(CMOCKA) -o $@

$(BUILD)/tests/bench/bench: $(patsubst %.c,$(BUILD)/%.o,$(wildcard tests/bench/*.c)) $(BUILD)/libopsroom.a
	$(call say,LD,$@)
	$(Q)$(CXX) $(LDSAN) $(LDFLAGS) $^ $(LIBS) $(shell pkg-config --libs libnghttp2) -o $@

BENCH_PEERS := $(BUILD)/tests/bench/peers/floor $(BUILD)/tests/bench/peers/syncs.so
$(BUILD)/tests/bench/peers/floor: $(BUILD)/tests/bench/peers/floor.o $(patsubst %.c,$(BUILD)/%.o,$(wildcard bot/base/*.c))
	$(call say,LD,$@)
	$(Q)$(CC) $(LDSAN) $(LDFLAGS) $^ $(shell pkg-config --libs sqlite3 libssl libcrypto) -o $@

$(BUILD)/tests/bench/peers/syncs.so: tests/bench/peers/syncs.c tests/bench/syncs.h
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) -std=gnu17 -D_GNU_SOURCE $(WARNINGS) $(filter-out $(SAN),$(CFLAGS)) -fPIC -shared -I. $< -o $@

# A fuzzer with a main of its own, which feeds it the corpus once; `make fuzz`
# leaves that out.
FUZZ_MAIN = $(BUILD)/tests/fuzz/replay.o
$(BUILD)/tests/fuzz/fuzz_%: $(BUILD)/tests/fuzz/fuzz_%.o $(FUZZ_MAIN) $(BUILD)/libopsroom.a
	$(call say,LD,$@)
	$(Q)$(CXX) $(LDSAN) $(LDFLAGS) $(filter %.o,$^) $(filter %.a,$^) $(LIBS) $(TEST_LIBS) -o $@

# What the helpers read: all of them but their main.
FUZZ_DRAW := $(filter-out bot/helpers/draw.c,$(wildcard bot/helpers/draw*.c))
$(BUILD)/tests/fuzz/fuzz_merge: $(BUILD)/bot/helpers/merge.o
$(BUILD)/tests/fuzz/fuzz_git_job: $(patsubst %,$(BUILD)/bot/helpers/git_%.o,job say print)
$(BUILD)/tests/fuzz/fuzz_git_job: TEST_LIBS = $(shell pkg-config --libs libgit2)
$(BUILD)/tests/fuzz/fuzz_draw: $(FUZZ_DRAW:%.c=$(BUILD)/%.o)
$(BUILD)/tests/fuzz/fuzz_draw: TEST_LIBS = $(shell pkg-config --libs cairo fontconfig) -lm

tests: $(TEST_BINARIES) $(SIMULATIONS)
san:
	$(Q)$(MAKE) --no-print-directory SANITIZE=1 all tests

deps:
	@tests/tools/install build
deps-test:
	@tests/tools/install build test

check: deps-test
	$(Q)$(MAKE) --no-print-directory -j2 san
	@OPSROOM_BUILD=build/san$(CLANG) tests/tools/run-tests

check-unit: deps-test
	$(Q)$(MAKE) --no-print-directory -j2 san
	@OPSROOM_BUILD=build/san$(CLANG) tests/tools/run-tests unit

demo: deps-test
	$(Q)$(MAKE) --no-print-directory -j2 all
	@OPSROOM_BUILD=$(BUILD) node tests/demo/demo.mjs

practice: deps-test
	$(Q)$(MAKE) --no-print-directory -j2 all
	@OPSROOM_BUILD=$(BUILD) node tests/practice/server.mjs

check-browser: deps-test
	@tests/tools/install browser
	$(Q)$(MAKE) --no-print-directory -j2 all
	@rm -f build/practice/*.png
	@OPSROOM_BUILD=$(BUILD) tests/tools/run-tests browser

guide-pictures: deps-test
	@tests/tools/install browser
	$(Q)$(MAKE) --no-print-directory -j2 all
	@OPSROOM_BUILD=$(BUILD) node tests/practice/shots.mjs

# PEERS=0 leaves out everybody but opsroom, and what they need.
bench: deps-test
	@tests/tools/install bench $(if $(filter 0,$(PEERS)),,peers)
	$(Q)$(MAKE) --no-print-directory -j2 all $(BUILD)/tests/bench/bench $(BENCH_PEERS)
	@rm -rf build/bench && mkdir -p build/bench && tests/bench/certificate build/bench
	@$(BUILD)/tests/bench/bench $(BUILD) build/bench $(or $(ROUNDS),3) $(or $(ENTRIES),1000000) \
		$(or $(SECONDS),60) '$(or $(PEERS),1)'

soak: deps-test
	$(Q)$(MAKE) --no-print-directory -j2 $(BUILD)/tests/sim/sim
	@SEEDS=$(or $(SEEDS),10000) JOBS=$(or $(JOBS),$(shell nproc)) $(BUILD)/tests/sim/sim

fault: deps-test
	$(Q)$(MAKE) --no-print-directory -j2 $(BUILD)/tests/fault/sweep
	@STRIDE=$(or $(STRIDE),1) $(BUILD)/tests/fault/sweep

# Two at a time: each waits mostly for the other end.
torture: deps-test
	$(Q)$(MAKE) --no-print-directory -j2 all
	@half=$$(( ($(or $(ROUNDS),1000) + 19) / 20 )); \
	OPSROOM_BUILD=$(BUILD) SEED=1 ROUNDS=$$((half * 10)) node tests/e2e/kill.test.mjs & first=$$!; \
	OPSROOM_BUILD=$(BUILD) SEED=$$((half + 1)) ROUNDS=$$((half * 10)) node tests/e2e/kill.test.mjs; \
	second=$$?; wait $$first && [ $$second = 0 ]

# What it finds grows in build/fuzz/corpus/NAME; an input that broke something
# goes to tests/fuzz/corpus/NAME, under a name that says what it is.
S ?= 60
fuzz:
	@[ -f 'tests/fuzz/fuzz_$(T).c' ] || { \
		echo 'make fuzz T=NAME, one of: $(FUZZERS:tests/fuzz/fuzz_%.c=%)'; exit 2; }
	@tests/tools/install build fuzz
	$(Q)$(MAKE) --no-print-directory -j2 SANITIZE=1 BUILD=build/fuzz CC=clang CXX=clang++ \
		CFLAGS='-fsanitize=fuzzer-no-link,float-cast-overflow -DTAGS_MOST=20000' LDFLAGS=-fsanitize=fuzzer FUZZ_MAIN= \
		build/fuzz/tests/fuzz/fuzz_$(T)
	@mkdir -p build/fuzz/corpus/$(T)
	$(Q)build/fuzz/tests/fuzz/fuzz_$(T) -max_total_time=$(S) -timeout=10 -max_len=8192 \
		-artifact_prefix=build/fuzz/ build/fuzz/corpus/$(T) tests/fuzz/corpus/$(T)

# Only C: gcc 12 does not know C++ well enough for it.
ANALYZED = $(PRODUCT) bot/main.c $(wildcard bot/helpers/*.c)
analyze: deps
	$(Q)$(MAKE) --no-print-directory -k -j2 BUILD=build/analyze CC=gcc CFLAGS='-O1 -fanalyzer' \
		$(ANALYZED:%.c=build/analyze/%.o)
	@echo 'analyze: clean'

# The demo with the bot under valgrind; its report stays in build/valgrind.
VALGRIND = valgrind --leak-check=full --errors-for-leak-kinds=definite,indirect,possible --show-leak-kinds=definite,indirect,possible \
	--error-exitcode=99 --log-file=build/valgrind/%p.log
valgrind: deps-test
	@tests/tools/install valgrind
	$(Q)$(MAKE) --no-print-directory -j2 all
	@rm -rf build/valgrind && mkdir -p build/valgrind
	@OPSROOM_BUILD=$(BUILD) OPSROOM_UNDER='$(VALGRIND)' node tests/demo/demo.mjs
	@grep -hE 'definitely lost|ERROR SUMMARY|no leaks' build/valgrind/*.log

# Counted as written: nothing is optimised away.
cover: deps-test
	@tests/tools/install cover
	$(Q)$(MAKE) --no-print-directory -j2 BUILD=build/cover HARDEN= CFLAGS='-O0 -g --coverage -Wno-maybe-uninitialized' LDFLAGS=--coverage all tests
	@find build/cover -name '*.gcda' -delete
	-@OPSROOM_BUILD=build/cover tests/tools/run-tests
	@tests/tools/cover

fuzz-all:
	@for name in $(FUZZERS:tests/fuzz/fuzz_%.c=%); do \
		echo "fuzz_$$name"; $(MAKE) --no-print-directory fuzz T=$$name S=$(S) || exit 1; done

# ---- habits ----

C_FILES = $(shell git ls-files --cached --others --exclude-standard 'bot/*.[ch]' 'commands/*.[ch]' \
	'storage/*.[ch]' 'templates/*.[ch]' 'tests/*.[ch]')

lint: format-check layers
	@tests/tools/lint $(PRODUCT) $(wildcard bot/main.c bot/helpers/*.c)

layers:
	@tests/tools/layers

format:
	@clang-format -i $(C_FILES)

format-check:
	@clang-format --dry-run -Werror $(C_FILES)

clean:
	rm -rf build

-include $(OBJECTS:.o=.d) $(TEST_BINARIES:%=%.d) $(TEST_LIB:%.c=$(BUILD)/%.d) $(BUILD)/bot/main.d $(BUILD)/tests/fuzz/replay.d $(wildcard $(BUILD)/tests/bench/*.d $(BUILD)/tests/bench/peers/*.d $(BUILD)/tests/sim/*.d $(BUILD)/tests/fault/*.d $(BUILD)/bot/helpers/*.d)
