import {defineMailModels} from "@mail/../tests/mail_test_helpers";
import {beforeEach, describe, expect, test} from "@odoo/hoot";
import {press, queryAllTexts, queryOne} from "@odoo/hoot-dom";
import {animationFrame} from "@odoo/hoot-mock";
import {
    clickSave,
    contains,
    defineModels,
    fields,
    models,
    mountView,
    onRpc,
} from "@web/../tests/web_test_helpers";
import {paletteEntry} from "./sms_text_helpers";

describe.current.tags("desktop");

class Mailing extends models.Model {
    _name = "mailing";

    subject = fields.Char();
    note = fields.Text();
    body = fields.Html();
    amount = fields.Float();
    palette = fields.Json();

    _records = [
        {
            id: 1,
            subject: "Invoice",
            note: "Note",
            body: "<p>Dear all</p>",
            palette: [
                {name: "number", label: "Invoice number", sample: "INV/1"},
                {name: "customer", label: "<b id='x'>Customer</b>", sample: "Jan"},
            ],
        },
    ];
}

defineMailModels();
defineModels([Mailing]);

beforeEach(() => {
    onRpc("has_group", () => true);
});

const SUBJECT = ".o_field_widget[name=subject] input";
const NOTE = ".o_field_widget[name=note] textarea";
const BODY = ".o_field_widget[name=body] .odoo-editor-editable";

async function mountMailing() {
    await mountView({
        type: "form",
        resModel: "mailing",
        resId: 1,
        arch: `
            <form>
                <field name="subject"/>
                <field name="note"/>
                <field name="amount"/>
                <field name="palette" widget="organizer_palette"/>
                <field name="body" widget="html"/>
            </form>`,
    });
}

async function putCursorInBody(offset) {
    queryOne(BODY).focus();
    document.getSelection().collapse(queryOne(`${BODY} p`).firstChild, offset);
    await animationFrame();
}

test("offers the placeholders, as text", async () => {
    await mountMailing();
    expect(queryAllTexts(".o_organizer_palette [role=button]")).toEqual([
        "Invoice number",
        "<b id='x'>Customer</b>",
    ]);
    expect(paletteEntry("number")).toHaveAttribute("title", "[number]  INV/1");
    expect("#x").toHaveCount(0);
});

test("inserts into the subject, where the cursor was", async () => {
    onRpc("mailing", "web_save", ({args}) => expect.step(args[1].subject));
    await mountMailing();
    await contains(SUBJECT).focus();
    queryOne(SUBJECT).setSelectionRange(0, 7);
    await animationFrame();
    await contains(paletteEntry("number")).click();
    expect(SUBJECT).toHaveValue("[number]");
    expect(SUBJECT).toBeFocused();
    await clickSave();
    expect.verifySteps(["[number]"]);
});

test("inserts into a text with the keyboard", async () => {
    await mountMailing();
    await contains(NOTE).focus();
    queryOne(NOTE).setSelectionRange(2, 2);
    await animationFrame();
    queryOne(paletteEntry("number")).focus();
    await press("Enter");
    expect(NOTE).toHaveValue("No[number]te");
});

test("inserts into the body, and it is saved", async () => {
    onRpc("mailing", "web_save", ({args}) =>
        expect.step(args[1].body.replace(/<p[^>]*>/, "<p>"))
    );
    await mountMailing();
    await putCursorInBody(5);
    await contains(paletteEntry("number")).click();
    expect(`${BODY} p`).toHaveText("Dear [number]all");
    await clickSave();
    expect.verifySteps(["<p>Dear [number]all</p>"]);
});

test("a number is no text to insert into", async () => {
    await mountMailing();
    await contains(SUBJECT).focus();
    await contains(".o_field_widget[name=amount] input").focus();
    await contains(paletteEntry("number")).click();
    expect(SUBJECT).toHaveValue("Invoice[number]");
});

test("where no cursor has been, the body is meant", async () => {
    await mountMailing();
    await contains(paletteEntry("number")).click();
    expect(BODY).toHaveText(/\[number\]/);
});

test("is dragged as text", async () => {
    await mountMailing();
    const dataTransfer = new DataTransfer();
    queryOne(paletteEntry("number")).dispatchEvent(
        new DragEvent("dragstart", {dataTransfer, bubbles: true})
    );
    expect(dataTransfer.getData("text/plain")).toBe("[number]");
});

test("is dropped into the body where the pointer is", async () => {
    await mountMailing();
    const dataTransfer = new DataTransfer();
    queryOne(paletteEntry("number")).dispatchEvent(
        new DragEvent("dragstart", {dataTransfer, bubbles: true})
    );
    const range = document.createRange();
    range.setStart(queryOne(`${BODY} p`).firstChild, 5);
    const {x, y, height} = range.getBoundingClientRect();
    const point = {clientX: x + 1, clientY: y + height / 2};
    queryOne(`${BODY} p`).dispatchEvent(
        new DragEvent("drop", {dataTransfer, bubbles: true, cancelable: true, ...point})
    );
    await animationFrame();
    expect(`${BODY} p`).toHaveText("Dear [number]all");
});
