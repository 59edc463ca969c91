# SPDX-License-Identifier: Apache-2.0
.PHONY: host core-check
PYTHON = .venv/bin/python

# The host build of the core, into the virtual environment; again after each change of a C file.
# One at a time: the build tree is shared.
host:
	@mkdir -p build
	@flock build/.lock $(PYTHON) -m pip install -q -e . --no-build-isolation --no-deps

# The core's tests under UBSan and ASan; every line of core/src and the host twins must have run.
CHECKED = build/checked
core-check:
	@mkdir -p build
	@flock build/.lock cmake -S sdk -B $(CHECKED) -G Ninja -DMVP_CHECKED=ON -DPython_EXECUTABLE=$(abspath $(PYTHON)) >/dev/null
	@flock build/.lock cmake --build $(CHECKED)
	@find $(CHECKED) -name '*.gcda' -delete
	MVPSDK_CORE_LIB=$$(echo $(CHECKED)/_lib*.so) LD_PRELOAD=$$(gcc -print-file-name=libasan.so) \
	  ASAN_OPTIONS=detect_leaks=0 UBSAN_OPTIONS=print_stacktrace=1 \
	  $(PYTHON) -m pytest -q tests/core
	$(PYTHON) -m gcovr --root . --filter 'sdk/mvpsdk/core/(src|arch/host)/' --object-directory $(CHECKED) \
	  --print-summary --fail-under-line 100 $(CHECKED)
