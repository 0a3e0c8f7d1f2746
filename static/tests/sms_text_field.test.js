import {beforeEach, describe, expect, test} from "@odoo/hoot";
import {queryAllTexts} from "@odoo/hoot-dom";
import {animationFrame} from "@odoo/hoot-mock";
import {
    clickCancel,
    clickSave,
    contains,
    findComponent,
    onRpc,
    patchWithCleanup,
    serverState,
} from "@web/../tests/web_test_helpers";
import {FormController} from "@web/views/form/form_controller";
import {
    counter,
    CHIP,
    defineLetter,
    EDITOR,
    FIELD,
    Letter,
    mountLetter,
    mountText,
    OPTIONS,
    putCursor,
    rewrite,
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

test("says what the sample recipient gets, and its price", async () => {
    await mountLetter();
    expect(template()).toBe("Invoice [number]");
    expect(counter()).toMatch(/^1 SMS ?· ?13\/160 characters ?· ?GSM-7 ?· ?0\.16 USD$/);
    expect(".o_organizer_sms_preview").toHaveText(
        "Azure Interior gets\n\nInvoice INV/1"
    );
    expect(".o_organizer_sms_preview mark").toHaveCount(0);
    expect(".o_organizer_sms_offenders").toHaveCount(0);
});

test("counts while typing, before the field is left", async () => {
    onRpc("letter", "onchange", () => expect.step("onchange"));
    await mountLetter();
    await rewrite("a".repeat(161));
    expect(counter()).toMatch(
        /^2 SMS ?· ?161\/306 characters ?· ?GSM-7 ?· ?0\.32 USD$/
    );
    expect.verifySteps([]);
});

test("names and marks the characters that force Unicode", async () => {
    await mountLetter();
    await rewrite("Do [customer]: zażółć");
    expect(counter()).toMatch(/^1 SMS ?· ?15\/70 characters ?· ?Unicode/);
    expect(".o_organizer_sms_offenders").toHaveText(
        '"Ż", "ó", "ł", "ż", "ć" make this Unicode (70 characters per SMS instead of 160)'
    );
    expect(queryAllTexts(".o_organizer_sms_preview mark")).toEqual(["Żół", "żółć"]);
    await rewrite("Zażegnać: \u017c");
    expect(".o_organizer_sms_offenders").toHaveText(/^"ż", "ć" make/);
    await rewrite("Ala ma \u0142");
    expect(".o_organizer_sms_offenders").toHaveText(/^"ł" makes this Unicode/);
});

test("a placeholder is inserted at the cursor and saved", async () => {
    onRpc("letter", "web_save", ({args}) => expect.step(args[1].body));
    await mountLetter();
    await putCursor(0, 7);
    await contains(".o_organizer_palette [data-name=customer]").click();
    expect(template()).toBe("[customer] [number]");
    expect(EDITOR).toBeFocused();
    expect(".o_organizer_sms_bubble").toHaveText("Żółw INV/1");
    await clickSave();
    expect.verifySteps(["[customer] [number]"]);
});

test("follows an onchange", async () => {
    await mountLetter();
    await contains(".o_field_widget[name=name] input").edit("Łucja");
    await animationFrame();
    expect(template()).toBe("For Łucja");
    expect(".o_organizer_sms_bubble").toHaveText("For Łucja");
    expect(counter()).toMatch(/9\/70 characters/);
});

test("what is being typed is not lost to an update of the record", async () => {
    const view = await mountLetter();
    await rewrite("Half a sent");
    const form = findComponent(view, (each) => each instanceof FormController);
    await form.model.root.update({price: 0.5});
    await animationFrame();
    await animationFrame();
    expect(template()).toBe("Half a sent");
    expect(counter()).toMatch(/11\/160 characters.*0\.50 USD/);
    await type("ence");
    expect(template()).toBe("Half a sentence");
});

test("leaving the field tells the record, going to the palette does not", async () => {
    Letter._onChanges = {};
    Letter._fields.body.onChange = () => {};
    onRpc("letter", "onchange", ({args}) => expect.step(args[1].body));
    await mountLetter();
    await rewrite("One");
    await contains(".o_organizer_palette [data-name=number]").click();
    await type(" two");
    expect.verifySteps([]);
    await contains(".o_field_widget[name=name] input").click();
    expect.verifySteps(["One[number] two"]);
});

test("leaving the page saves what was typed", async () => {
    const sent = [];
    patchWithCleanup(navigator, {
        sendBeacon: (url, blob) => sent.push(blob) && true,
    });
    await mountLetter();
    await rewrite("Unsaved [number]");
    window.dispatchEvent(new Event("beforeunload"));
    await animationFrame();
    expect(sent).toHaveLength(1);
    expect(await sent[0].text()).toInclude('"body":"Unsaved [number]"');
});

test("discarding brings back what was saved", async () => {
    await mountLetter();
    await rewrite("Never mind");
    await clickCancel();
    await animationFrame();
    expect(template()).toBe("Invoice [number]");
    expect(CHIP).toHaveCount(1);
    expect(counter()).toMatch(/13\/160/);
});

test("a click on its label puts the cursor into the text", async () => {
    await mountLetter();
    await contains(".o_form_label[for^=body]").click();
    expect(EDITOR).toBeFocused();
    expect(EDITOR).toHaveAttribute("role", "textbox");
    expect(EDITOR).toHaveAttribute("aria-multiline", "true");
    expect(EDITOR).toHaveAttribute("aria-label", "Body");
});

test("without a sample the text is measured as it stands", async () => {
    await mountLetter({resId: 2});
    expect(counter()).toMatch(/^1 SMS ?· ?18\/160 characters ?· ?GSM-7 ?\(before/);
    expect(".o_organizer_sms_price").toHaveCount(0);
    expect(UNKNOWN).toHaveCount(0);
    expect(".o_organizer_palette").toHaveCount(0);
    expect(".o_organizer_sms_preview").toHaveText("Preview\n\nInvoice [number]");
});

test("without a recipient the samples of the palette are the example", async () => {
    await mountText("[number] [customer]", {values: {}});
    expect(".o_organizer_sms_preview").toHaveText("For example\n\nINV/2026/00001 Jan");
    expect(`${CHIP}:first`).toHaveAttribute("title", "[number]  INV/2026/00001");
    expect(counter()).toMatch(/18\/160/);
});

test("without options it is a text field that counts", async () => {
    await mountLetter({options: {}});
    expect(counter()).toMatch(/^1 SMS ?· ?18\/160/);
    expect(".o_organizer_sms_preview").toHaveCount(0);
    expect(".o_organizer_palette").toHaveCount(0);
    expect(CHIP).toHaveCount(0);
});

test("an empty text is no SMS", async () => {
    await mountLetter();
    await rewrite("");
    expect(EDITOR).toHaveAttribute("data-placeholder", "Write the text of the SMS");
    expect(EDITOR).toHaveClass("o_organizer_text_empty");
    expect(counter()).toMatch(/^0 SMS ?· ?0\/160 characters ?· ?GSM-7$/);
    expect(".o_organizer_sms_preview").toHaveText(
        /^Azure Interior gets\s+Nothing written yet$/
    );
});

test("readonly shows the text and its size, and nothing to change it", async () => {
    await mountText("Invoice [number] [nmber] " + "ż".repeat(70), {
        attributes: 'readonly="1"',
    });
    expect(`${FIELD} [contenteditable=true]`).toHaveCount(0);
    expect(CHIP).toHaveText("Invoice number");
    expect(counter()).toMatch(/92\/134/);
    expect(".o_organizer_palette").toHaveCount(0);
    expect(UNKNOWN).toHaveText("[nmber] is not a placeholder here.");
    expect(`${FIELD} button`).toHaveCount(0);
});

test("a required text that is missing is marked", async () => {
    await mountLetter({attributes: 'required="1" placeholder="Write here"'});
    expect(EDITOR).toHaveAttribute("data-placeholder", "Write here");
    expect(EDITOR).toHaveAttribute("aria-required", "true");
    await rewrite("");
    await clickSave();
    expect(FIELD).toHaveClass("o_field_invalid");
    expect(EDITOR).toHaveAttribute("aria-invalid", "true");
    await type("x");
    expect(FIELD).not.toHaveClass("o_field_invalid");
});

test("a translated text has Odoo's button of languages", async () => {
    serverState.multiLang = true;
    patchWithCleanup(Letter._fields.body, {translate: true});
    onRpc("letter", "web_save", ({args}) => expect.step(args[1].body));
    onRpc("res.lang", "get_installed", () => [["en_US", "English"]]);
    onRpc("letter", "get_field_translations", () => [
        [{lang: "en_US", source: "x", value: "x"}],
        {translation_type: "text", translation_show_source: false},
    ]);
    await mountLetter();
    await rewrite("Anew");
    await contains(`${FIELD} .btn.o_field_translate`).click();
    expect(".modal .o_translation_dialog").toHaveCount(1);
    expect.verifySteps(["Anew"]);
});

test("text of a customer is never markup", async () => {
    const name = "<b id='x'>1</b>";
    Object.assign(Letter._records[0], {values: {number: name}, recipient: name});
    await mountLetter();
    expect(".o_organizer_sms_bubble").toHaveText(`Invoice ${name}`);
    expect(".o_organizer_sms_preview").toHaveText(/^<b id='x'>1<\/b> gets/);
    expect("#x").toHaveCount(0);
});
