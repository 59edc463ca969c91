/* SPDX-License-Identifier: Apache-2.0 */
/* The PL061 (Arm DDI 0190) with the power key, where the handset has one. */
#include "conform.h"

#define GPIODATA 0x000
#define ALL_PINS 0x3fc
#define GPIODIR 0x400
#define GPIOIS 0x404
#define GPIOIBE 0x408
#define GPIOIEV 0x40c
#define GPIOIE 0x410
#define GPIORIS 0x414
#define GPIOMIS 0x418
#define GPIOIC 0x41c
#define GPIOAFSEL 0x420
#define GPIO_ID 0xfe0
#define LEVEL_HIGH 4
#define KEY 0x8U /* pin 3 */

static uint32_t reg(uint32_t offset)
{
    return load(tree.gpio.base + offset);
}

static void set(uint32_t offset, uint32_t value)
{
    store(tree.gpio.base + offset, value);
}

static bool missing(void)
{
    if (!tree.gpio.there) {
        skip("the handset has no power key");
        return true;
    }
    set(GPIOIE, 0);
    set(GPIODIR, 0);
    set(GPIOIS, 0);
    set(GPIOIBE, 0);
    set(GPIOIEV, 0);
    return false;
}

CHECK(node, "gpio.tree", "a PL061 at 0x9030000, level-triggered INTID 39, with the power key")
{
    if (missing()) {
        return;
    }
    expect("base", MVP_GPIO_BASE, tree.gpio.base);
    expect("size", MVP_GPIO_SIZE, tree.gpio.size);
    expect("INTID", MVP_GPIO_INTID, tree.gpio.intid);
    expect("trigger", LEVEL_HIGH, tree.gpio.flags);
    expect("gpio-keys is there", 1, tree.power_key);
}

CHECK(identification, "gpio.identification", "PrimeCell identification: a PL061 of Arm's")
{
    static const uint8_t ids[8] = {0x61, 0x10, 0x04, 0, 0x0d, 0xf0, 0x05, 0xb1};

    if (missing()) {
        return;
    }
    for (uint32_t n = 0; n < 8; n++) {
        about(GPIO_ID + 4 * n);
        expect("identification", ids[n], reg(GPIO_ID + 4 * n));
    }
}

CHECK(registers, "gpio.registers",
      "direction, sense, edges, event, mask and function keep eight bits")
{
    static const uint32_t offsets[] = {GPIODIR, GPIOIS, GPIOIBE, GPIOIEV, GPIOIE, GPIOAFSEL};

    if (missing()) {
        return;
    }
    for (uint32_t n = 0; n < sizeof offsets / sizeof offsets[0]; n++) {
        about(offsets[n]);
        set(offsets[n], 0xffffff5a);
        expect("register", 0x5a, reg(offsets[n]));
        set(offsets[n], 0);
        expect("register", 0, reg(offsets[n]));
    }
}

CHECK(data, "gpio.data",
      "outputs are read and written through the mask in the address; inputs are low")
{
    if (missing()) {
        return;
    }
    set(GPIODIR, 0xf0);
    set(GPIODATA + ALL_PINS, 0xff);
    expect("all pins", 0xf0, reg(GPIODATA + ALL_PINS));
    expect("pins 4 and 5", 0x30, reg(GPIODATA + (0x3fU << 2)));
    set(GPIODATA + (0x80U << 2), 0);
    expect("pin 7 was cleared, no other", 0x70, reg(GPIODATA + ALL_PINS));
    set(GPIODATA, 0xff);
    expect("no pin is chosen", 0, reg(GPIODATA));
    expect("and none was changed", 0x70, reg(GPIODATA + ALL_PINS));
    set(GPIODATA + ALL_PINS, 0);
    set(GPIODIR, 0);
}

CHECK(key, "gpio.power-key", "nobody presses the key: armed for its rising edge, it stays quiet")
{
    if (missing()) {
        return;
    }
    gic_open(MVP_GPIO_INTID, 0x80);
    set(GPIOIEV, KEY);
    set(GPIOIE, KEY);
    expect("interrupts", 0, take(1, 500));
    expect("the pin", 0, reg(GPIODATA + (KEY << 2)));
    expect("GPIORIS", 0, reg(GPIORIS));
}

CHECK(interrupt, "gpio.interrupt",
      "a level that a pin is sensed for comes by INTID 39, unless masked")
{
    if (missing()) {
        return;
    }
    gic_open(MVP_GPIO_INTID, 0x80);
    set(GPIOIS, KEY);
    expect("GPIORIS: the pin is low", KEY, reg(GPIORIS));
    expect("GPIOMIS while masked", 0, reg(GPIOMIS));
    expect("interrupts while masked", 0, take(1, 500));
    set(GPIOIE, KEY);
    expect("interrupts", 1, take(1, 20000));
    expect("INTID", MVP_GPIO_INTID, self()->intid[0]);
    set(GPIOIE, KEY);
    expect("GPIOMIS", KEY, reg(GPIOMIS));
    set(GPIOIC, KEY);
    expect("a level is not cleared", KEY, reg(GPIORIS));
    set(GPIOIEV, KEY);
    expect("GPIORIS: the pin is not high", 0, reg(GPIORIS));
    set(GPIOIE, 0);
}
