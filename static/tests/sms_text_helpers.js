/** A letter with an SMS text, and hands to write it with. */

import {defineMailModels} from "@mail/../tests/mail_test_helpers";
import {queryOne} from "@odoo/hoot-dom";
import {animationFrame} from "@odoo/hoot-mock";
import {pointOf, readDocument} from "@sms_organizer/sms_text/serialize";
import {write} from "@sms_organizer/sms_text/text_document";
import {defineModels, fields, models, mountView} from "@web/../tests/web_test_helpers";

const USD = 1; // of Odoo's mock server

export class Letter extends models.Model {
    _name = "letter";

    name = fields.Char({
        onChange: (record) => {
            record.body = `For ${record.name}`;
        },
    });
    body = fields.Text();
    values = fields.Json();
    palette = fields.Json();
    price = fields.Float();
    currency_id = fields.Many2one({relation: "res.currency"});
    recipient = fields.Char();
    plain = fields.Boolean();

    _records = [
        {
            id: 1,
            body: "Invoice [number]",
            values: {number: "INV/1", customer: "Żółw"},
            palette: [
                {name: "customer", label: "Customer", sample: "Jan"},
                {name: "number", label: "Invoice number", sample: "INV/2026/00001"},
            ],
            price: 0.16,
            currency_id: USD,
            recipient: "Azure Interior",
        },
        {id: 2, body: "Invoice [number]"},
    ];
}

export function defineLetter() {
    defineMailModels();
    defineModels([Letter]);
}

export const OPTIONS = {
    values_field: "values",
    palette_field: "palette",
    price_field: "price",
    currency_field: "currency_id",
    recipient_field: "recipient",
    preview: true,
};

export const FIELD = ".o_field_widget[name=body]";
export const EDITOR = `${FIELD} .o_organizer_text`;
export const CHIP = `${EDITOR} .o_organizer_chip`;
export const UNKNOWN = ".o_organizer_sms_unknown";

export function mountLetter({
    resId = 1,
    options = OPTIONS,
    attributes = "",
    more = "",
} = {}) {
    return mountView({
        type: "form",
        resModel: "letter",
        resId,
        arch: `
            <form>
                <field name="name"/>
                <label for="body"/>
                <field name="body" widget="organizer_sms_text" ${attributes}
                    options="${JSON.stringify(options).replaceAll('"', "'")}"/>
                ${more}
            </form>`,
    });
}

/** Mount it with another text. */
export function mountText(body, {values, palette, ...params} = {}) {
    const [record] = Letter._records;
    Object.assign(record, {body}, values && {values}, palette && {palette});
    return mountLetter(params);
}

/** The template's text that the editor shows. */
export function template() {
    return write(readDocument(queryOne(EDITOR)));
}

/** What stands under the text, without the blanks of the template. */
export function counter() {
    return queryOne(".o_organizer_sms_counter").textContent.replace(/\s+/g, " ").trim();
}

export function paletteEntry(name) {
    return `.o_organizer_palette [data-name=${name}]`;
}

/** Put the cursor at a position, in which a chip counts as one. */
export async function putCursor(anchor, focus = anchor) {
    const root = queryOne(EDITOR);
    root.focus();
    document
        .getSelection()
        .setBaseAndExtent(...pointOf(root, anchor), ...pointOf(root, focus));
    await animationFrame();
}

export async function selectAll() {
    const root = queryOne(EDITOR);
    root.focus();
    document.getSelection().selectAllChildren(root);
    await animationFrame();
}

/** Let the browser ask the editor for a change, as it does for a person. */
export async function ask(inputType, data = null) {
    queryOne(EDITOR).dispatchEvent(
        new InputEvent("beforeinput", {
            inputType,
            data,
            bubbles: true,
            cancelable: true,
        })
    );
    await animationFrame();
}

/** Type at the cursor. */
export async function type(text) {
    for (const character of text) {
        if (character === "\n") {
            await ask("insertParagraph");
        } else {
            await ask("insertText", character);
        }
    }
}

/** Dictate, at once, in the place of all there is. */
export async function rewrite(text) {
    await selectAll();
    await (text ? ask("insertText", text) : ask("deleteContentBackward"));
}

/** Copy, cut or paste; returns what is on the clipboard then. */
export async function clipboard(kind, {text = "", html = ""} = {}) {
    const clipboardData = new DataTransfer();
    clipboardData.setData("text/plain", text);
    clipboardData.setData("text/html", html);
    queryOne(EDITOR).dispatchEvent(
        new ClipboardEvent(kind, {clipboardData, bubbles: true, cancelable: true})
    );
    await animationFrame();
    return clipboardData.getData("text/plain");
}

/** As an input method does: change the DOM, tell of it afterwards. */
export async function compose(...stages) {
    const root = queryOne(EDITOR);
    const selection = document.getSelection();
    root.dispatchEvent(new CompositionEvent("compositionstart", {bubbles: true}));
    const node = selection.anchorNode;
    const [before, behind] = [
        node.data.slice(0, selection.anchorOffset),
        node.data.slice(selection.anchorOffset),
    ];
    for (const stage of stages) {
        node.data = before + stage + behind;
        selection.collapse(node, before.length + stage.length);
        root.dispatchEvent(new InputEvent("input", {bubbles: true, isComposing: true}));
        await animationFrame();
    }
    root.dispatchEvent(new CompositionEvent("compositionend", {bubbles: true}));
    await animationFrame();
}

/** The texts that are marked in the editor under a name. */
export function highlighted(name) {
    const ranges = [...(CSS.highlights.get(name) || [])];
    return ranges.map((range) => range.toString());
}
