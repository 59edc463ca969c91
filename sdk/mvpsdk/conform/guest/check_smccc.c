/* SPDX-License-Identifier: Apache-2.0 */
/* SMC Calling Convention 1.2 (Arm DEN0028) and the hypervisor's own calls, mvp/abi.h. */
#include "conform.h"

#define SMCCC_VERSION 0x80000000
#define SMCCC_ARCH_FEATURES 0x80000001
#define VERSION_1_2 0x10002
#define KEPT 0x1234567800000000UL
#define BASE_FEATURES (MVP_FEATURE_CONSOLE | MVP_FEATURE_PL011 | MVP_FEATURE_PHYSICAL_TIMER)
#define PERSONA 2

static void expect_kept(uint64_t id, uint64_t smc)
{
    uint64_t x[18];

    for (uint32_t n = 0; n < 18; n++) {
        x[n] = KEPT | n;
    }
    x[0] = id;
    x[1] = 0;
    x[2] = 0;
    call_registers(x, smc);
    about(id);
    for (uint32_t n = 4; n < 18; n++) {
        expect(smc != 0 ? "register by SMC" : "register by HVC", KEPT | n, x[n]);
    }
}

CHECK(version, "smccc.version", "the convention is version 1.2 or later")
{
    expect_within("VERSION", VERSION_1_2, 0x1ffff, call(SMCCC_VERSION, 0, 0, 0));
}

CHECK(features, "smccc.features",
      "ARCH_FEATURES has VERSION and itself, and -1 for what is unknown")
{
    expect("VERSION", 0, call(SMCCC_ARCH_FEATURES, SMCCC_VERSION, 0, 0));
    expect("ARCH_FEATURES", 0, call(SMCCC_ARCH_FEATURES, SMCCC_ARCH_FEATURES, 0, 0));
    expect("unknown", NOT_SUPPORTED, call(SMCCC_ARCH_FEATURES, 0x8000ffff, 0, 0));
}

CHECK(registers, "smccc.registers", "x4..x17 come back as they were, by HVC and by SMC")
{
    static const uint32_t ids[] = {
        PSCI_VERSION,      PSCI_AFFINITY_INFO,      SMCCC_VERSION, MVP_CALL_UID,
        MVP_CALL_FEATURES, MVP_CALL_PARTITION_INFO, 0x8600fffe,    0};

    for (uint32_t n = 0; n < sizeof ids / sizeof ids[0]; n++) {
        expect_kept(ids[n], 0);
        expect_kept(ids[n], 1);
    }
}

CHECK(unknown, "smccc.unknown", "an unknown call of any owner is answered -1, by HVC and by SMC")
{
    static const uint32_t ids[] = {0x80007fff, 0x81000000, 0x82000000, 0x83000000, 0xc300ff01,
                                   0x85000000, 0xc5000020, 0x86000000, 0xc6000000, 0xc6008fff,
                                   0x8600ff02, 0xb2000000, 0xbf00ff01, 0x00000000, 0x04000000,
                                   0x7fffffff, 0xffffffff};

    for (uint32_t n = 0; n < sizeof ids / sizeof ids[0]; n++) {
        uint64_t x[18] = {ids[n]};

        about(ids[n]);
        expect("by HVC", NOT_SUPPORTED, call(ids[n], 0, 0, 0));
        call_registers(x, 1);
        expect("by SMC", NOT_SUPPORTED, x[0]);
    }
}

CHECK(uid, "mvp.uid", "the vendor's UID is 6d767073-646b-4d56-8950-000000000001")
{
    static const uint32_t words[4] = {MVP_UID_0, MVP_UID_1, MVP_UID_2, MVP_UID_3};
    uint64_t x[18] = {MVP_CALL_UID};

    call_registers(x, 0);
    for (uint32_t n = 0; n < 4; n++) {
        about(n);
        expect("word", words[n], x[n]);
    }
}

CHECK(revision, "mvp.revision", "revision and features tell the same ABI, major 1")
{
    uint64_t x[18] = {MVP_CALL_REVISION};
    uint64_t y[18] = {MVP_CALL_FEATURES};

    call_registers(x, 0);
    call_registers(y, 0);
    expect("major", MVP_ABI_MAJOR, x[0]);
    expect("minor", MVP_ABI_MINOR, x[1]);
    expect("by features", x[0] << 16 | x[1], y[1]);
    expect_within("number of calls", 9, 64, call(MVP_CALL_COUNT, 0, 0, 0));
}

CHECK(offered, "mvp.features", "the feature bits tell what is there: GIC, UART, clock, timer")
{
    uint64_t bits = call(MVP_CALL_FEATURES, 0, 0, 0);

    expect_bits("console, PL011, physical timer", BASE_FEATURES, BASE_FEATURES, bits);
    expect_bits("own version of the GIC", tree.gic == 3 ? MVP_FEATURE_VGIC3 : MVP_FEATURE_VGIC2,
                tree.gic == 3 ? MVP_FEATURE_VGIC3 : MVP_FEATURE_VGIC2, bits);
    if (tree.rtc.there) {
        expect_bits("PL031", MVP_FEATURE_PL031, MVP_FEATURE_PL031, bits);
    }
}

CHECK(information, "mvp.partition-info", "a persona learns its own number, how many, and its kind")
{
    uint64_t x[18] = {MVP_CALL_PARTITION_INFO};

    call_registers(x, 0);
    expect("own index is below the number of partitions", 1, x[0] < x[1]);
    expect("kind", PERSONA, x[2]);
}

CHECK(reserved, "mvp.denied", "states of others and the time of day are the firmware's alone")
{
    expect("partition state", DENIED, call(MVP_CALL_PARTITION_STATE, 0, 0, 0));
    expect("time of day", DENIED, call(MVP_CALL_TIME_OF_DAY, 0, 0, 0));
}

CHECK(console, "mvp.console-write", "a text is taken, up to its line's end; bad ranges are not")
{
    static const char text[] = "# written by a call\n";

    expect("bytes taken", sizeof text - 1,
           call(MVP_CALL_CONSOLE_WRITE, (uint64_t)text, sizeof text - 1, 0));
    expect("nothing", 0, call(MVP_CALL_CONSOLE_WRITE, (uint64_t)text, 0, 0));
    expect("too long", INVALID, call(MVP_CALL_CONSOLE_WRITE, (uint64_t)text, 257, 0));
    expect("not memory", INVALID, call(MVP_CALL_CONSOLE_WRITE, MVP_UART_BASE, 8, 0));
    expect("past RAM's end", INVALID,
           call(MVP_CALL_CONSOLE_WRITE, tree.ram_base + tree.ram_size - 4, 8, 0));
}

CHECK(mark, "mvp.trace-mark", "a mark in the log is taken")
{
    expect("trace mark", 0, call(MVP_CALL_TRACE_MARK, 0xc0f0, 0, 0));
}
