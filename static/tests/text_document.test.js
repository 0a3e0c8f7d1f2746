import {describe, expect, test} from "@odoo/hoot";
import {
    brackets,
    read,
    recognise,
    sizeOf,
    splice,
    write,
} from "@sms_organizer/sms_text/text_document";

describe.current.tags("headless");

const KNOWN = new Set(["number", "customer"]);
const NUMBER = {name: "number"};

test("a known name is a chip, anything else is text", () => {
    expect(read("No. [number], [nmber] [a b]", KNOWN)).toEqual([
        "No. ",
        NUMBER,
        ", [nmber] [a b]",
    ]);
    expect(read("", KNOWN)).toEqual([]);
});

test("text that is read is written as it was", () => {
    for (const text of [
        "",
        "\n",
        "a\n\nb\n",
        "[number]",
        "[number][customer]",
        "[[number]",
        "[[[number]",
        "[[[[number]",
        "[[[[[number]]",
        "[ [number] ] [",
        "[number",
        "[a[number]",
        "[num\nber]",
        "<b>[number]</b>&nbsp;",
    ]) {
        expect(write(read(text, KNOWN))).toBe(text);
    }
});

test("a bracket before a chip never makes it an escape", () => {
    expect(write(["[", NUMBER])).toBe("[[[number]");
    expect(write(["[[", NUMBER])).toBe("[[[number]");
    expect(write(["a[[[", NUMBER])).toBe("a[[[[[number]");
    expect(write(["["])).toBe("[");
});

test("a name that has been typed becomes a chip, with the cursor behind it", () => {
    const typed = recognise(["a [number] b"], KNOWN, 10);
    expect(typed).toEqual({parts: ["a ", NUMBER, " b"], position: 3});
    expect(recognise(["a [number] b"], KNOWN, 1).position).toBe(1);
    expect(recognise(["a [number] b"], KNOWN, 12).position).toBe(5);
    expect(recognise([NUMBER, "[[number] [customer]"], KNOWN, 21)).toEqual({
        parts: [NUMBER, "[[number] ", {name: "customer"}],
        position: 12,
    });
});

test("parts are replaced at positions in which a chip counts as one", () => {
    const parts = ["ab", NUMBER, "cd"];
    expect(sizeOf(parts)).toBe(5);
    expect(splice(parts, {start: 2, end: 3}, [])).toEqual(["abcd"]);
    expect(splice(parts, {start: 1, end: 4}, ["-"])).toEqual(["a-d"]);
    expect(splice(parts, {start: 3, end: 3}, [NUMBER])).toEqual([
        "ab",
        NUMBER,
        NUMBER,
        "cd",
    ]);
});

test("brackets are found where they stand, escapes are not", () => {
    expect(brackets([NUMBER, "[[a] [b]"])).toEqual([
        {written: "[b]", start: 6, end: 9},
    ]);
});
