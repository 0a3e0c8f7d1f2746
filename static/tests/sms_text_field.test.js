import {defineMailModels} from "@mail/../tests/mail_test_helpers";
import {beforeEach, describe, expect, test} from "@odoo/hoot";
import {press, queryAllTexts, queryOne} from "@odoo/hoot-dom";
import {animationFrame} from "@odoo/hoot-mock";
import {
    clickSave,
    contains,
    defineModels,
    fields,
    findComponent,
    models,
    mountView,
    onRpc,
} from "@web/../tests/web_test_helpers";
import {FormController} from "@web/views/form/form_controller";

describe.current.tags("desktop");

const USD = 1; // of Odoo's mock server

class Letter extends models.Model {
    _name = "letter";

    name = fields.Char({
        onChange: (record) => {
            record.body = `For ${record.name}`;
        },
    });
    body = fields.Text();
    values = fields.Json();
    labels = fields.Json();
    price = fields.Float();
    currency_id = fields.Many2one({relation: "res.currency"});
    recipient = fields.Char();

    _records = [
        {
            id: 1,
            body: "Invoice [number]",
            values: {number: "INV/1", customer: "Żółw"},
            labels: {customer: "Customer", number: "Invoice number"},
            price: 0.16,
            currency_id: USD,
            recipient: "Azure Interior",
        },
        {id: 2, body: "Invoice [number]"},
    ];
}

defineMailModels();
defineModels([Letter]);

const OPTIONS = {
    values_field: "values",
    labels_field: "labels",
    price_field: "price",
    currency_field: "currency_id",
    recipient_field: "recipient",
    preview: true,
};
const TEXTAREA = ".o_field_widget[name=body] textarea";

function mountLetter({resId = 1, options = OPTIONS, attributes = ""} = {}) {
    return mountView({
        type: "form",
        resModel: "letter",
        resId,
        arch: `
            <form>
                <field name="name"/>
                <field name="body" widget="organizer_sms_text" ${attributes}
                    options="${JSON.stringify(options).replaceAll('"', "'")}"/>
            </form>`,
    });
}

/** What stands under the text, without the blanks of the template. */
function counter() {
    return queryOne(".o_organizer_sms_counter").textContent.replace(/\s+/g, " ").trim();
}

/** Type without leaving the textarea. */
async function type(text) {
    await contains(TEXTAREA).edit(text, {confirm: false});
    await animationFrame();
}

beforeEach(() => {
    onRpc("has_group", () => true);
});

test("says what the sample recipient gets, and its price", async () => {
    await mountLetter();
    expect(TEXTAREA).toHaveValue("Invoice [number]");
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
    await type("a".repeat(161));
    expect(counter()).toMatch(
        /^2 SMS ?· ?161\/306 characters ?· ?GSM-7 ?· ?0\.32 USD$/
    );
    expect.verifySteps([]);
});

test("names and marks the characters that force Unicode", async () => {
    await mountLetter();
    await type("Do [customer]: zażółć");
    expect(counter()).toMatch(/^1 SMS ?· ?15\/70 characters ?· ?Unicode/);
    expect(".o_organizer_sms_offenders").toHaveText(
        '"Ż", "ó", "ł", "ż", "ć" make this Unicode (70 characters per SMS instead of 160)'
    );
    expect(queryAllTexts(".o_organizer_sms_preview mark")).toEqual(["Żół", "żółć"]);
    await type("Zażegnać: \u017c");
    expect(".o_organizer_sms_offenders").toHaveText(/^"ż", "ć" make/);
    await type("Ala ma \u0142");
    expect(".o_organizer_sms_offenders").toHaveText(/^"ł" makes this Unicode/);
});

test("names what is not a placeholder", async () => {
    await mountLetter();
    await type("[nmber] [Number] [see page 2] [[nope] [number]");
    expect(queryAllTexts(".o_organizer_sms_unknown")).toEqual([
        "[nmber] is not a placeholder here.",
        "[Number] is not a placeholder here. Did you mean [number]?",
    ]);
});

test("a placeholder is inserted at the cursor and saved", async () => {
    onRpc("letter", "web_save", ({args}) => expect.step(args[1].body));
    await mountLetter();
    expect(queryAllTexts(".o_organizer_sms_palette button")).toEqual([
        "Customer",
        "Invoice number",
    ]);
    await contains(TEXTAREA).click();
    queryOne(TEXTAREA).setSelectionRange(0, 7);
    await contains(".o_organizer_sms_palette [data-name=customer]").click();
    expect(TEXTAREA).toHaveValue("[customer] [number]");
    expect(TEXTAREA).toBeFocused();
    expect(".o_organizer_sms_bubble").toHaveText("Żółw INV/1");
    await clickSave();
    expect.verifySteps(["[customer] [number]"]);
});

test("a placeholder is inserted with the keyboard", async () => {
    await mountLetter();
    await contains(TEXTAREA).focus();
    queryOne(TEXTAREA).setSelectionRange(0, 0);
    queryOne(".o_organizer_sms_palette [data-name=number]").focus();
    await press("Enter");
    await animationFrame();
    expect(TEXTAREA).toHaveValue("[number]Invoice [number]");
});

test("follows an onchange", async () => {
    await mountLetter();
    await contains(".o_field_widget[name=name] input").edit("Łucja");
    await animationFrame();
    expect(TEXTAREA).toHaveValue("For Łucja");
    expect(".o_organizer_sms_bubble").toHaveText("For Łucja");
    expect(counter()).toMatch(/9\/70 characters/);
});

test("what is being typed is not lost to an update of the record", async () => {
    const view = await mountLetter();
    await type("Half a sent");
    const form = findComponent(view, (each) => each instanceof FormController);
    await form.model.root.update({price: 0.5});
    await animationFrame();
    await animationFrame();
    expect(TEXTAREA).toHaveValue("Half a sent");
    expect(counter()).toMatch(/11\/160 characters.*0\.50 USD/);
});

test("without a sample the text is measured as it stands", async () => {
    await mountLetter({resId: 2});
    expect(counter()).toMatch(/^1 SMS ?· ?18\/160 characters ?· ?GSM-7 ?\(before/);
    expect(".o_organizer_sms_price").toHaveCount(0);
    expect(".o_organizer_sms_unknown").toHaveCount(0);
    expect(".o_organizer_sms_palette").toHaveCount(0);
    expect(".o_organizer_sms_preview").toHaveText("Preview\n\nInvoice [number]");
});

test("without options it is a text field that counts", async () => {
    await mountLetter({options: {}});
    expect(counter()).toMatch(/^1 SMS ?· ?18\/160/);
    expect(".o_organizer_sms_preview").toHaveCount(0);
});

test("an empty text is no SMS", async () => {
    await mountLetter();
    await type("");
    expect(TEXTAREA).toHaveAttribute("placeholder", "Write the text of the SMS");
    expect(counter()).toMatch(/^0 SMS ?· ?0\/160 characters ?· ?GSM-7$/);
    expect(".o_organizer_sms_preview").toHaveText(
        /^Azure Interior gets\s+Nothing written yet$/
    );
});

test("readonly shows the text and its size, and nothing to change it", async () => {
    await mountLetter({attributes: 'readonly="1"'});
    expect(TEXTAREA).toHaveCount(0);
    expect(".o_organizer_sms_editor > span").toHaveText("Invoice [number]");
    expect(counter()).toMatch(/13\/160/);
    expect(".o_organizer_sms_palette").toHaveCount(0);
});

test("a required text that is missing is marked", async () => {
    await mountLetter({attributes: 'required="1" placeholder="Write here"'});
    expect(TEXTAREA).toHaveAttribute("placeholder", "Write here");
    await contains(TEXTAREA).edit("");
    await clickSave();
    expect(".o_field_widget[name=body]").toHaveClass("o_field_invalid");
});

test("text of a customer is never markup", async () => {
    const name = "<b id='x'>1</b>";
    Object.assign(Letter._records[0], {values: {number: name}, recipient: name});
    await mountLetter();
    expect(".o_organizer_sms_bubble").toHaveText(`Invoice ${name}`);
    expect(".o_organizer_sms_preview").toHaveText(/^<b id='x'>1<\/b> gets/);
    expect("#x").toHaveCount(0);
});
