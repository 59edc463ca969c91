/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The vGIC of one partition. An input is 4 bytes (version, whether its OS has started, and whether
 * a version 2 is software; vCPUs, list registers, INTIDs), then steps of 8: what happens, to whom,
 * where, and a value. Devices, the physical controller, the scheduler and the guest's side of the
 * list registers are played as the host's machine has them.
 */
#include <mvp/platform.h>

#include "arch.h"
#include "harness.h"
#include "host.h"
#include "sched.h"
#include "vgic_holds.h"
#include "vgic_state.h"

#define VCPUS 4
#define TIMER_IRQ 28 /* not the virtual timer's own INTID, so that a confusion would show */
#define STEPS 200    /* of one input */

/* Arm IHI 0048, 4.4. */
#define GICC_CTLR 0x00
#define GICC_PMR 0x04
#define GICC_IAR 0x0c
#define GICC_EOIR 0x10
#define GICC_DIR 0x1000
#define GICC_CTLR_EOIMODE 0x200

enum step {
    STEP_DISTRIBUTOR = 0, /* most frequent, by taking several numbers */
    STEP_REDISTRIBUTOR = 4,
    STEP_SGI = 6,
    STEP_HARDWARE = 7,
    STEP_LINE = 8,
    STEP_PULSE = 9,
    STEP_ACKNOWLEDGE = 10,
    STEP_END = 12,
    STEP_MAINTENANCE = 13,
    STEP_SWITCH = 14,
    STEP_COUNT = 16
};

static struct {
    struct cpu cpu;
    struct mvp_partition config;
    struct partition partition;
    struct vcpu vcpus[VCPUS];
    uint32_t current; /* number of the loaded vCPU; VCPUS: none */
} rig;

static const uint32_t bound[] = {45, 70, 72}; /* the last two by edge */
static const uint32_t lines[] = {30, 33, 34, 40, 60};

static struct {
    uint64_t steps;
    uint64_t acknowledged;
    uint64_t ended;
    uint64_t hardware;
    uint64_t maintenance;
    uint64_t switches;
} seen;

static void say_seen(void)
{
    printf("seen: steps=%llu acknowledged=%llu ended=%llu hardware=%llu maintenance=%llu "
           "switches=%llu\n",
           (unsigned long long)seen.steps, (unsigned long long)seen.acknowledged,
           (unsigned long long)seen.ended, (unsigned long long)seen.hardware,
           (unsigned long long)seen.maintenance, (unsigned long long)seen.switches);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    return atexit(say_seen);
}

/* As an OS leaves it after its start: all in one group, on, enabled and routed to the first vCPU.
 */
static void start_os(void)
{
    struct vgic *vgic = &rig.partition.vgic;
    bool version2 = rig.config.vgic == 2;

    for (uint32_t n = 0; n < rig.partition.vcpu_count; n++) {
        rig.vcpus[n].vgic.local.group = version2 ? 0 : 0xffffffff;
        rig.vcpus[n].vgic.local.enabled = 0xffffffff;
    }
    for (uint32_t n = 1; n < vgic->words; n++) {
        vgic->spi[n - 1].group = version2 ? 0 : 0xffffffff;
        vgic->spi[n - 1].enabled = n == 31 ? 0x0fffffff : 0xffffffff;
        vgic->wanted[n] = vgic->spi[n - 1].enabled;
    }
    memset(vgic->targets, 1, sizeof vgic->targets);
    for (uint32_t n = 0; n < rig.partition.vcpu_count && rig.vcpus[n].vgic.soft != 0; n++) {
        gicc2_write(&rig.vcpus[n], GICC_PMR, 0xff);
        gicc2_write(&rig.vcpus[n], GICC_CTLR, 1);
    }
    vgic_control_write(&rig.vcpus[0], version2 ? 1 : 2);
}

static void set_up(struct input *input)
{
    uint32_t kind = (uint32_t)take(input, 1);
    bool version2 = (kind & 1) != 0;
    uint32_t vcpus = 1 + (uint32_t)take(input, 1) % VCPUS;
    uint32_t lrs = VGIC_MIN_LRS + (uint32_t)take(input, 1) % (VGIC_MAX_LRS - VGIC_MIN_LRS + 1);
    uint32_t intids = (take(input, 1) & 1) != 0 ? MVP_INTIDS : MVP_PERSONA_INTIDS;

    memset(&rig, 0, sizeof rig);
    host_reset();
    host.lr_count = lrs;
    rig.config.kind = MVP_PERSONA;
    rig.config.vgic = version2 ? 2 : 3;
    rig.partition.config = &rig.config;
    rig.partition.vcpus = rig.vcpus;
    rig.partition.vcpu_count = vcpus;
    vgic_init(&rig.partition.vgic, intids);
    for (uint32_t n = 0; n < vcpus; n++) {
        rig.vcpus[n].partition = &rig.partition;
        rig.vcpus[n].home = &rig.cpu;
        rig.vcpus[n].number = n;
        rig.vcpus[n].state = VCPU_READY;
        vgic_cpu_init(&rig.vcpus[n].vgic, lrs, TIMER_IRQ);
    }
    if (version2) {
        vgic2_init(&rig.partition);
    }
    if (version2 && (kind & 4) != 0) {
        gicc2_init(&rig.partition);
    }
    for (uint32_t n = 0; n < sizeof bound / sizeof bound[0]; n++) {
        vgic_bind(&rig.vcpus[0], bound[n], n > 0);
    }
    if ((kind & 2) != 0) {
        start_os();
    }
    rig.current = 0;
    vgic_load(&rig.vcpus[0]);
}

static struct vcpu *current(void)
{
    return rig.current == VCPUS ? NULL : &rig.vcpus[rig.current];
}

/* Most often in the first page, and there among the first INTIDs, where the interrupts are. */
static uint64_t offset_of(uint32_t where)
{
    switch (where >> 12 & 15) {
    case 13:
        return 0xf000 | (where & 0xfff);
    case 14:
        return 0x6000 | (where & 0x1fff);
    case 15:
        return where & 0xfff;
    default:
        return where & 0xf8f;
    }
}

static void distributor(struct vcpu *vcpu, uint8_t how, uint32_t where, uint64_t value)
{
    uint32_t size = 1U << (how & 3);
    bool write = (how & 4) != 0;
    uint64_t offset = offset_of(where);

    if (rig.config.vgic == 2 && write) {
        vgic_distributor2_write(vcpu, offset & 0xfff, size, value);
    } else if (rig.config.vgic == 2) {
        (void)vgic_distributor2_read(vcpu, offset & 0xfff, size);
    } else if (write) {
        vgic_distributor_write(vcpu, offset, size, value);
    } else {
        (void)vgic_distributor_read(vcpu, offset, size);
    }
}

static void redistributor(struct vcpu *vcpu, uint8_t how, uint32_t where, uint64_t value)
{
    uint32_t size = 1U << (how & 3);
    uint64_t offset = (uint64_t)(how >> 4) % VCPUS * MVP_GICR_STRIDE + (how >> 3 & 1) * 0x10000ULL +
                      offset_of(where);

    if (rig.config.vgic != 2 && (how & 4) != 0) {
        vgic_redistributor_write(vcpu, offset, size, value);
    } else if (rig.config.vgic != 2) {
        (void)vgic_redistributor_read(vcpu, offset, size);
    }
}

static void sgi(struct vcpu *vcpu, uint8_t how, uint32_t where, uint64_t value)
{
    if (rig.config.vgic == 2) {
        vgic_distributor2_write(vcpu, 0xf00, 4, (value & 0x03ff000f) | (uint64_t)(how & 15));
    } else {
        vgic_sgi(vcpu, (uint64_t)(where & 15) << 24 | (value & 0xff) | (uint64_t)(how & 1) << 40 |
                           (uint64_t)(how & 2) << 47);
    }
}

/* The physical controller delivers what is not active. */
static void hardware(struct vcpu *vcpu, uint8_t how)
{
    uint32_t n = how % (1 + sizeof bound / sizeof bound[0]);
    uint32_t intid = n == 0 ? MVP_VIRTUAL_TIMER_INTID : bound[n - 1];
    uint32_t physical = n == 0 ? TIMER_IRQ : intid;

    if (host.active[physical] == 0 && (n != 0 || vcpu->vgic.loaded != 0)) {
        host.active[physical] = 1;
        vgic_hardware(n == 0 ? vcpu : &rig.vcpus[0], intid);
        seen.hardware++;
    }
}

static void serve_maintenance(struct vcpu *vcpu)
{
    uint32_t rounds = 0;

    while (host_maintenance()) {
        HOLDS(rounds++ < 20);
        vgic_maintenance(vcpu);
        seen.maintenance++;
    }
}

/* Of a GICC in software: most often what is pending is taken. */
static void interface(struct vcpu *vcpu, uint8_t how, uint32_t where, uint64_t value)
{
    uint64_t offset = (how & 0xc) != 0 ? GICC_IAR : (where & 0x10fc);

    if (offset != GICC_IAR && (how & 1) != 0) {
        gicc2_write(vcpu, offset, value);
    } else if ((gicc2_read(vcpu, offset) & 0x3ff) < 1020 && offset == GICC_IAR) {
        seen.acknowledged++;
    }
}

/* By GICC_EOIR, and where that only drops the priority by GICC_DIR. */
static void end_soft(struct vcpu *vcpu, uint32_t intid)
{
    gicc2_write(vcpu, GICC_EOIR, intid);
    if ((gicc2_read(vcpu, GICC_CTLR) & GICC_CTLR_EOIMODE) != 0) {
        gicc2_write(vcpu, GICC_DIR, intid);
    }
}

static void acknowledge(struct vcpu *vcpu)
{
    if (host_guest_acknowledge() != 1023) {
        seen.acknowledged++;
        serve_maintenance(vcpu);
    }
}

static void end(struct vcpu *vcpu, uint8_t how)
{
    uint32_t intid = vgic_some_active(vcpu, how);

    if (intid == 1023) {
        return;
    }
    seen.ended++;
    if (vcpu->vgic.soft != 0) {
        end_soft(vcpu, intid);
        return;
    }
    HOLDS(host_guest_end(intid));
    serve_maintenance(vcpu);
}

static void switch_to(uint32_t next)
{
    if (current() != NULL) {
        vgic_save(current());
        HOLDS(arch_lr_empty() == (1U << host.lr_count) - 1 && !host_maintenance());
    }
    rig.current = next < rig.partition.vcpu_count ? next : VCPUS;
    if (current() != NULL) {
        vgic_load(current());
        vgic_is_filled(current());
    }
    seen.switches++;
}

static uint32_t line_of(uint8_t how)
{
    return lines[how % (sizeof lines / sizeof lines[0])];
}

/* What only who is on the CPU can do. */
static void step_of_guest(struct vcpu *vcpu, uint32_t what, uint8_t how, uint32_t where,
                          uint64_t value)
{
    if (what < STEP_REDISTRIBUTOR) {
        distributor(vcpu, how, where, value);
    } else if (what < STEP_SGI) {
        redistributor(vcpu, how, where, value);
    } else if (what == STEP_SGI) {
        sgi(vcpu, how, where, value);
    } else if (what < STEP_END && vcpu->vgic.soft != 0) {
        interface(vcpu, how, where, value);
    } else if (what < STEP_END) {
        acknowledge(vcpu);
    } else if (what == STEP_END) {
        end(vcpu, how);
    } else {
        vgic_maintenance(vcpu);
        vgic_is_filled(vcpu);
    }
}

static void step(struct input *input)
{
    uint32_t what = (uint32_t)take(input, 1) % STEP_COUNT;
    uint8_t how = (uint8_t)take(input, 1);
    uint32_t where = (uint32_t)take(input, 2);
    uint64_t value = take(input, 4) * 0x100000001; /* 64 bits for accesses of 8 bytes */
    struct vcpu *vcpu = current();

    if (what >= STEP_SWITCH) {
        switch_to(how % (VCPUS + 1));
    } else if (what == STEP_HARDWARE) {
        hardware(vcpu != NULL ? vcpu : &rig.vcpus[0], how);
    } else if (what == STEP_LINE) {
        vgic_line(&rig.vcpus[0], line_of(how), (where & 1) != 0);
    } else if (what == STEP_PULSE) {
        vgic_pulse(&rig.vcpus[0], line_of(how));
    } else if (vcpu != NULL) {
        step_of_guest(vcpu, what, how, where, value);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input input = {data, size};

    if (size < 4) {
        return 0;
    }
    set_up(&input);
    for (uint32_t n = 0; n < STEPS && input.left > 0; n++) {
        step(&input);
        vgic_holds(&rig.partition);
        seen.steps++;
    }
    vgic_holds_in_all(&rig.partition);
    for (uint32_t n = 0; n < rig.partition.vcpu_count; n++) {
        (void)vgic_pending(&rig.vcpus[n]);
        vgic_holds(&rig.partition);
    }
    switch_to(VCPUS);
    vgic_release(&rig.vcpus[0]);
    for (uint32_t n = 0; n < MVP_INTIDS; n++) {
        HOLDS(host.active[n] == 0); /* else it could never come again */
    }
    return 0;
}
