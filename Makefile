# SPDX-License-Identifier: Apache-2.0
.PHONY: demo test table check bench figures docs setup host core-check core-check-gcc core-check-clang fuzz
PYTHON = .venv/bin/python
# The tests start Python a thousand times: what it compiles is kept, whatever the shell says.
export PYTHONDONTWRITEBYTECODE =

# Sets everything up, then lints, bundles and boots the example handset on the virtual handset.
demo: host
	@PATH="$(abspath .venv/bin):$$PATH" examples/demo-handset/demo

# Sets everything up, then runs the checks and all tests, QEMU boots included; the closing line is
# pytest's. Those of the core have run twice by then, under the sanitizers.
test: host
	@$(MAKE) --no-print-directory -j 2 check core-check
	$(PYTHON) -m pytest -q -n 2 --dist worksteal --ignore tests/core tests

# One handset on every board that QEMU has: what boots where, and the digests of what was booted.
table: host
	$(PYTHON) -m pytest -q -n 2 --dist worksteal tests/target/acceptance/test_acceptance_boards.py

setup:
	@.ci/setup

# Style, types, layers; and for the C, two static analysers.
CORE = sdk/mvpsdk/core
C_FILES = $(shell find sdk examples tests -name '*.[ch]' -not -path '*/build/*')
check: host
	@mkdir -p build/check
	$(PYTHON) -m ruff check -q .
	$(PYTHON) -m ruff format -q --check .
	$(PYTHON) -m mypy
	.venv/bin/lint-imports >build/imports.txt || { cat build/imports.txt; exit 1; }
	$(PYTHON) -m codespell_lib sdk cli boards examples tests docs README.md CHANGELOG.md
	clang-format --dry-run -Werror $(C_FILES)
	$(PYTHON) tests/analysis/tidy.py
	$(PYTHON) $(CORE)/fingerprint.py build/check/fingerprint_value.h
	cppcheck -q --std=c11 --enable=warning,performance,portability --inline-suppr --error-exitcode=1 \
	  --suppress=missingIncludeSystem -I$(CORE)/include -I$(CORE)/src -I$(CORE)/arch/host -Ibuild/check $(CORE)/src $(CORE)/arch/host
	cppcheck -q --std=c11 --enable=warning,performance,portability --inline-suppr --error-exitcode=1 \
	  --suppress=missingIncludeSystem -I$(CORE)/include -I$(CORE)/src -I$(CORE)/arch/aarch64 -I$(CORE)/drivers/gic_v3 \
	  -Ibuild/check $(CORE)/arch/aarch64 $(CORE)/drivers/*.c $(CORE)/drivers/gic_v3

# The host build of the core, into the virtual environment; again after each change of a C file.
# One at a time: the build tree is shared.
HOST = .venv/host.stamp
host: setup
	@$(MAKE) -s --no-print-directory $(HOST)

$(HOST): $(wildcard sdk/CMakeLists.txt $(CORE)/*.py $(CORE)/*/*.[ch] $(CORE)/*/*/*.[ch]) .venv/setup.sha256
	@mkdir -p build
	@touch build/.started
	@flock build/.lock $(PYTHON) -m pip install -q -e . --no-build-isolation --no-deps
	@touch -r build/.started $@

# The core's tests under UBSan and ASan, by both compilers side by side; every line of core/src and the
# host twins must have run, and the branches that have are counted.
CHECKED = build/checked
core-check: host
	@$(MAKE) -s --no-print-directory -j 2 core-check-gcc core-check-clang
	$(PYTHON) -m gcovr --root . --filter 'sdk/mvpsdk/core/(src|arch/host)/' --object-directory $(CHECKED)-gcc \
	  --print-summary --fail-under-line 100 $(CHECKED)-gcc

core-check-gcc: RUNTIME = $(shell gcc -print-file-name=libasan.so)
core-check-clang: RUNTIME = $(shell clang -print-file-name=libclang_rt.asan-$$(uname -m).so)
core-check-gcc core-check-clang: core-check-%:
	@mkdir -p build
	@.venv/bin/cmake -S sdk -B $(CHECKED)-$* -G Ninja -DMVP_CHECKED=ON -DCMAKE_C_COMPILER=$* \
	  -DCMAKE_MAKE_PROGRAM=$(abspath .venv/bin/ninja) -DPython_EXECUTABLE=$(abspath $(PYTHON)) >/dev/null
	@MAKEFLAGS= .venv/bin/cmake --build $(CHECKED)-$* -- --quiet
	@find $(CHECKED)-$* -name '*.gcda' -delete -o -name 'report.*' -delete
	MVPSDK_CORE_LIB=$$(echo $(CHECKED)-$*/_lib*.so) LD_PRELOAD=$(RUNTIME) \
	  ASAN_OPTIONS=detect_leaks=0:log_path=$(CHECKED)-$*/report \
	  UBSAN_OPTIONS=print_stacktrace=1:log_path=$(CHECKED)-$*/report \
	  $(PYTHON) -m pytest -q -p no:cacheprovider tests/core || { cat $(CHECKED)-$*/report.* 2>/dev/null; exit 1; }

# The long run: 20 000 damaged images, damaged vbmeta images, disks and bundles, then the fuzzing
# harnesses, FUZZ_SECONDS each, two at a time; logs in build/fuzz.
FUZZ_SECONDS ?= 600
fuzz: host
	@nice -n 10 $(PYTHON) tests/fuzz/fuzz_images.py
	@FUZZ_SECONDS=$(FUZZ_SECONDS) nice -n 10 $(PYTHON) tests/fuzz/fuzz_vbmeta.py
	@FUZZ_SECONDS=$(FUZZ_SECONDS) nice -n 10 $(PYTHON) tests/fuzz/fuzz_disks.py
	@FUZZ_SECONDS=$(FUZZ_SECONDS) nice -n 10 $(PYTHON) tests/fuzz/fuzz_bundles.py
	@FUZZ_SECONDS=$(FUZZ_SECONDS) nice -n 10 $(PYTHON) tests/fuzz/fuzz.py

# The pages of docs/reference that say what the sources say.
docs: host
	@$(PYTHON) docs/generate.py

# What this build costs, beside its peers and what it wants to reach.
bench: host
	@$(PYTHON) tests/bench/bench.py --json build/bench.json

# The same, and what was measured goes into the golden file and docs/reference/figures.md.
figures: host
	@$(PYTHON) tests/bench/bench.py --json build/bench.json --record
	@$(PYTHON) docs/generate.py
