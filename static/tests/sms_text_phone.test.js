import {beforeEach, describe, expect, test} from "@odoo/hoot";
import {queryAll, queryRect} from "@odoo/hoot-dom";
import {contains, onRpc} from "@web/../tests/web_test_helpers";
import {
    defineLetter,
    EDITOR,
    FIELD,
    mountText,
    paletteEntry,
    template,
} from "./sms_text_helpers";

describe.current.tags("mobile");

defineLetter();

beforeEach(() => {
    onRpc("has_group", () => true);
    onRpc("organizer.template", "get_plain_readings", () => ({}));
});

test("on a phone the palette is above the text, the preview below", async () => {
    await mountText(`[customer] ${"a".repeat(300)} [nmber] żółw`);
    const [palette, text, preview] = [
        ".o_organizer_palette",
        EDITOR,
        ".o_organizer_sms_preview",
    ].map((each) => queryRect(each));
    expect(palette.bottom).toBeLessThan(text.top);
    expect(text.bottom).toBeLessThan(preview.top);
    const [first, second] = ["customer", "number"].map((name) =>
        queryRect(paletteEntry(name))
    );
    expect(first.top).toBe(second.top);
});

test("on a phone nothing is wider than the screen", async () => {
    await mountText(`[customer] ${"a".repeat(300)} [nmber] żółw`);
    for (const element of queryAll(`${FIELD} *`)) {
        const {right} = element.getBoundingClientRect();
        expect(right).toBeLessThan(window.innerWidth + 1);
    }
});

test("on a phone a placeholder is inserted with a touch", async () => {
    await mountText("a");
    await contains(paletteEntry("number")).click();
    expect(template()).toBe("a[number]");
});
