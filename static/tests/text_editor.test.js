import {beforeEach, describe, expect, test} from "@odoo/hoot";
import {press, queryAll, queryAllTexts, queryOne, queryRect} from "@odoo/hoot-dom";
import {animationFrame} from "@odoo/hoot-mock";
import {clickSave, contains, onRpc} from "@web/../tests/web_test_helpers";
import {
    ask,
    CHIP,
    clipboard,
    compose,
    defineLetter,
    EDITOR,
    highlighted,
    mountLetter,
    mountText,
    paletteEntry,
    putCursor,
    rewrite,
    selectAll,
    template,
    type,
    UNKNOWN,
} from "./sms_text_helpers";

describe.current.tags("desktop");

defineLetter();

beforeEach(() => {
    onRpc("has_group", () => true);
    onRpc("organizer.template", "get_plain_readings", () => ({}));
});

/** Drag something to a point of the screen, which is over the target. */
async function drag(from, target, position) {
    const dataTransfer = new DataTransfer();
    await contains(from).dragAndDrop(target, {position}, {dataTransfer});
}

function saved() {
    onRpc("letter", "web_save", ({args}) => expect.step(args[1].body));
}

/** A point of the screen: beside a chip, at its left or right border. */
function beside(chip, side) {
    const {x, y, width, height} = queryRect(chip);
    return {x: side === "left" ? x + 2 : x + width - 2, y: y + height / 2};
}

describe("chips", () => {
    test("a known placeholder is a chip with its label and sample", async () => {
        await mountText("No. [number], [unknown_name] [[number]");
        expect(queryAllTexts(CHIP)).toEqual(["Invoice number"]);
        expect(CHIP).toHaveAttribute("title", "[number]  INV/1");
        expect(CHIP).toHaveAttribute("contenteditable", "false");
        expect(template()).toBe("No. [number], [unknown_name] [[number]");
    });

    test("it is deleted as a whole, from either side", async () => {
        await mountText("a[number]b[customer]");
        await putCursor(2);
        await ask("deleteContentBackward");
        expect(template()).toBe("ab[customer]");
        await putCursor(2);
        await ask("deleteContentForward");
        expect(template()).toBe("ab");
    });

    test("arrows step over it, and select it with Shift", async () => {
        await mountText("a[number][customer]b");
        await putCursor(1);
        await press("ArrowRight");
        await type("-");
        expect(template()).toBe("a[number]-[customer]b");
        await press("ArrowRight");
        await press("ArrowLeft");
        await type("+");
        expect(template()).toBe("a[number]-+[customer]b");
        await press(["shift", "ArrowRight"]);
        await ask("deleteContentBackward");
        expect(template()).toBe("a[number]-+b");
    });

    test("Home and End go before and behind those at the borders", async () => {
        await mountText("[number][customer] a [customer][number]");
        await putCursor(4);
        await press("Home");
        await type("<");
        await press("End");
        await type(">");
        expect(template()).toBe("<[number][customer] a [customer][number]>");
    });

    test("one that is clicked is selected", async () => {
        await mountText("a[number]b");
        await contains(CHIP).click();
        await type("x");
        expect(template()).toBe("axb");
    });

    test("its value is no markup, nor is its label", async () => {
        const evil = "<b id='x'>1</b>";
        await mountText("[number] <i id='x'>2</i>", {
            values: {number: evil},
            palette: [{name: "number", label: evil, sample: evil}],
        });
        expect(CHIP).toHaveText(evil);
        expect(CHIP).toHaveAttribute("title", `[number]  ${evil}`);
        expect(".o_organizer_sms_bubble").toHaveText(`${evil} <i id='x'>2</i>`);
        expect("#x").toHaveCount(0);
    });
});

describe("typing", () => {
    test("a name becomes a chip as soon as its bracket closes", async () => {
        saved();
        await mountText("");
        await putCursor(0);
        await type("No. [number");
        expect(CHIP).toHaveCount(0);
        await type("]!");
        expect(CHIP).toHaveCount(1);
        expect(template()).toBe("No. [number]!");
        await clickSave();
        expect.verifySteps(["No. [number]!"]);
    });

    test("a doubled bracket stays a bracket", async () => {
        await mountText("");
        await putCursor(0);
        await type("[[number] [[");
        expect(CHIP).toHaveCount(0);
        expect(template()).toBe("[[number] [[");
        expect(".o_organizer_sms_bubble").toHaveText("[number] [");
    });

    test("a bracket before a chip does not take it apart", async () => {
        saved();
        await mountText("[number]");
        await putCursor(0);
        await type("[");
        expect(CHIP).toHaveCount(1);
        expect(".o_organizer_sms_bubble").toHaveText("[INV/1");
        await clickSave();
        expect.verifySteps(["[[[number]"]);
        expect(CHIP).toHaveCount(1);
    });

    test("a name is typed right before a chip", async () => {
        await mountText("[number]");
        await putCursor(0);
        await type("[customer]");
        expect(template()).toBe("[customer][number]");
        expect(CHIP).toHaveCount(2);
    });

    test("Enter begins a line, also an empty one at the end", async () => {
        saved();
        await mountText("");
        await putCursor(0);
        await type("a\n\n[number]\n");
        expect(template()).toBe("a\n\n[number]\n");
        expect(`${EDITOR} div`).toHaveCount(0);
        expect(`${EDITOR} br`).toHaveCount(1);
        await clickSave();
        expect.verifySteps(["a\n\n[number]\n"]);
        await ask("deleteContentBackward");
        expect(template()).toBe("a\n\n[number]");
    });

    test("lines are shown as they were saved, and saved as they are", async () => {
        saved();
        await mountText("\n a \r\n\n[number]\n\n");
        expect(template()).toBe("\n a \n\n[number]\n\n");
        await putCursor(0);
        await type("x");
        await clickSave();
        expect.verifySteps(["x\n a \n\n[number]\n\n"]);
    });

    test("nothing of a browser's formatting is done", async () => {
        await mountText("ab");
        await selectAll();
        await ask("formatBold");
        expect(queryOne(EDITOR).innerHTML).toBe("ab<br>");
    });

    test("an input method is left alone until it is done", async () => {
        await mountText("a [number] b");
        await putCursor(5);
        const node = document.getSelection().anchorNode;
        await compose("n", "ni", "に", "[number]");
        expect(template()).toBe("a [number] b[number]");
        expect(CHIP).toHaveCount(2);
        expect(node.isConnected).toBe(true);
        await press(["ctrl", "z"]);
        await animationFrame();
        expect(template()).toBe("a [number] b");
    });

    test("what the browser inserts by itself is taken over", async () => {
        await mountText("ab");
        await putCursor(1);
        document.execCommand("insertText", false, "[number]");
        await animationFrame();
        expect(template()).toBe("a[number]b");
        expect(CHIP).toHaveCount(1);
    });
});

describe("undo", () => {
    test("goes back over words, chips, lines and pasted text, and forth", async () => {
        await mountText("a");
        await putCursor(1);
        await type(" bc");
        await type("\n");
        await contains(paletteEntry("number")).click();
        await clipboard("paste", {text: "pasted [customer]"});
        const steps = ["a", "a ", "a bc", "a bc\n", "a bc\n[number]"];
        const last = "a bc\n[number]pasted [customer]";
        expect(template()).toBe(last);
        for (const step of steps.toReversed()) {
            await press(["ctrl", "z"]);
            expect(template()).toBe(step);
        }
        await press(["ctrl", "z"]);
        for (const step of [...steps.slice(1), last]) {
            await press(["ctrl", "shift", "z"]);
            expect(template()).toBe(step);
        }
        await press(["ctrl", "z"]);
        await press(["ctrl", "y"]);
        expect(template()).toBe(last);
    });

    test("brings the cursor back, and what is undone is saved", async () => {
        saved();
        await mountText("a[number]b");
        await putCursor(2);
        await ask("deleteContentBackward");
        await press(["ctrl", "z"]);
        await type("!");
        await clickSave();
        expect.verifySteps(["a[number]!b"]);
    });

    test("does not reach behind what an onchange brought", async () => {
        await mountLetter();
        await putCursor(0);
        await type("x");
        await contains(".o_field_widget[name=name] input").edit("Łucja");
        await putCursor(0);
        await press(["ctrl", "z"]);
        expect(template()).toBe("For Łucja");
    });
});

describe("the clipboard", () => {
    test("takes the template's text of what is selected", async () => {
        await mountText("a[[ [number]\nb");
        await selectAll();
        expect(await clipboard("copy", {text: "before"})).toBe("a[[ [number]\nb");
        await putCursor(3, 5);
        expect(await clipboard("cut")).toBe(" [number]");
        expect(template()).toBe("a[[\nb");
    });

    test("gives plain text, in which names become chips", async () => {
        await mountText("ab");
        await putCursor(1);
        await clipboard("paste", {
            text: "x [number]\r\ny",
            html: "<b>x</b><img src='x' onerror='alert(1)'>",
        });
        expect(template()).toBe("ax [number]\nyb");
        expect(`${EDITOR} > :not(.o_organizer_chip, br)`).toHaveCount(0);
        expect(CHIP).toHaveCount(1);
    });

    test("markup in pasted text is text", async () => {
        await mountText("");
        await putCursor(0);
        await clipboard("paste", {text: "<b id='x'>[number]</b>"});
        expect("#x").toHaveCount(0);
        expect(template()).toBe("<b id='x'>[number]</b>");
    });
});

describe("dragging", () => {
    test("a chip goes to another place in the text", async () => {
        saved();
        await mountText("[customer] and [number]");
        await drag(
            `${CHIP}[data-name=number]`,
            `${CHIP}[data-name=customer]`,
            beside(`${CHIP}[data-name=customer]`, "left")
        );
        expect(template()).toBe("[number][customer] and ");
        await type("!");
        expect(template()).toBe("[number]![customer] and ");
        await press(["ctrl", "z"]);
        await press(["ctrl", "z"]);
        expect(template()).toBe("[customer] and [number]");
        await clickSave();
        expect.verifySteps([]);
    });

    test("a placeholder of the palette goes where it is dropped", async () => {
        await mountText("a [number] b");
        await drag(paletteEntry("customer"), CHIP, beside(CHIP, "right"));
        expect(template()).toBe("a [number][customer] b");
        expect(EDITOR).toBeFocused();
    });

    test("it is dropped between letters", async () => {
        await mountText("abcdef");
        const range = document.createRange();
        range.setStart(queryOne(EDITOR).firstChild, 3);
        const {x, y, height} = range.getBoundingClientRect();
        await drag(paletteEntry("customer"), EDITOR, {x: x + 1, y: y + height / 2});
        expect(template()).toBe("abc[customer]def");
    });

    test("it is dropped behind a bracket as one thing", async () => {
        await mountText("[");
        const {right, y, height} = queryRect(EDITOR);
        await drag(paletteEntry("customer"), EDITOR, {x: right - 9, y: y + height / 2});
        expect(CHIP).toHaveText("Customer");
        expect(template()).toBe("[[[customer]");
    });
});

describe("the palette", () => {
    test("inserts at the end where no cursor has been", async () => {
        await mountText("a");
        await contains(paletteEntry("number")).click();
        expect(template()).toBe("a[number]");
        expect(EDITOR).toBeFocused();
    });

    test("inserts at the cursor, and replaces what is selected", async () => {
        await mountText("abc");
        await putCursor(1);
        await contains(paletteEntry("number")).click();
        await type("-");
        expect(template()).toBe("a[number]-bc");
        await putCursor(0, 3);
        await contains(paletteEntry("customer")).click();
        expect(template()).toBe("[customer]bc");
    });

    test("is reached and used with the keyboard", async () => {
        await mountText("abc");
        await putCursor(1);
        await press(["shift", "Tab"]);
        expect(paletteEntry("number")).toBeFocused();
        await press("Enter");
        await animationFrame();
        expect(template()).toBe("a[number]bc");
        expect(EDITOR).toBeFocused();
        await type("-");
        expect(template()).toBe("a[number]-bc");
    });

    test("a long one is beside the text, and none of it is squeezed", async () => {
        const names = Array.from({length: 60}, (_, index) => `name_${index}`);
        await mountText("a", {palette: names.map((name) => ({name, label: name}))});
        expect(queryRect(".o_organizer_palette").right).toBeLessThan(
            queryRect(EDITOR).left
        );
        for (const entry of queryAll(".o_organizer_palette_entry")) {
            expect(entry.scrollHeight).toBeLessThan(entry.offsetHeight + 1);
        }
    });

    test("says label and sample", async () => {
        await mountLetter();
        expect(queryAllTexts(".o_organizer_palette [role=button]")).toEqual([
            "Customer",
            "Invoice number",
        ]);
        expect(paletteEntry("customer")).toHaveAttribute("title", "[customer]  Jan");
    });
});

describe("mistakes", () => {
    test("are underlined in the text, named below, and mended with a click", async () => {
        saved();
        await mountText("");
        await putCursor(0);
        await type("[nmber] [Number] [zzz] [see page 2] [nmber] [[nmber]");
        expect(highlighted("organizer-mistake")).toEqual([
            "[nmber]",
            "[Number]",
            "[zzz]",
            "[nmber]",
        ]);
        expect(queryAllTexts(UNKNOWN)).toEqual([
            "[nmber] is not a placeholder here. Did you mean [number]?",
            "[Number] is not a placeholder here. Did you mean [number]?",
            "[zzz] is not a placeholder here.",
        ]);
        await contains(`${UNKNOWN}:first button`).click();
        expect(template()).toBe(
            "[number] [Number] [zzz] [see page 2] [number] [[nmber]"
        );
        expect(queryAllTexts(`${UNKNOWN} button`)).toEqual(["Did you mean [number]?"]);
        expect(EDITOR).toBeFocused();
        await press(["ctrl", "z"]);
        await press(["ctrl", "shift", "z"]);
        await clickSave();
        expect.verifySteps(["[number] [Number] [zzz] [see page 2] [number] [[nmber]"]);
    });

    test("leave no mark behind them", async () => {
        await mountText("[nmber]");
        expect(highlighted("organizer-mistake")).toEqual(["[nmber]"]);
        await rewrite("fine");
        expect(highlighted("organizer-mistake")).toEqual([]);
    });
});

describe("letters that force Unicode", () => {
    test("are marked in the text, and not in chips", async () => {
        await mountText("Do [customer]: zażółć");
        expect(highlighted("organizer-offender")).toEqual(["żółć"]);
        expect(queryOne(EDITOR).innerHTML).not.toInclude("<mark");
    });

    test("a chip that brings them says so", async () => {
        await mountText("[customer] [number]");
        expect(".o_organizer_chip_warning").toHaveText("Customer");
        expect(`${CHIP}[data-name=customer]`).toHaveAttribute(
            "title",
            '[customer]  Żółw\n"Ż", "ó", "ł" make this Unicode (70 characters per SMS instead of 160)'
        );
        expect(`${CHIP}[data-name=number]`).toHaveAttribute("title", "[number]  INV/1");
    });
});
