import {beforeEach, describe, expect, test} from "@odoo/hoot";
import {press, queryAllTexts} from "@odoo/hoot-dom";
import {animationFrame} from "@odoo/hoot-mock";
import {clickSave, contains, onRpc} from "@web/../tests/web_test_helpers";
import {
    counter,
    defineLetter,
    EDITOR,
    highlighted,
    Letter,
    mountText,
    OPTIONS,
    rewrite,
    template,
} from "./sms_text_helpers";

describe.current.tags("desktop");

defineLetter();

const READINGS = {
    Ż: "Z", ó: "o", ł: "l", ż: "z", ć: "c", "［": "[", "］": "]", ę: "e",
}; // prettier-ignore
const ALWAYS = {...OPTIONS, plain_field: "plain"};
const LONG = "zażółć ".repeat(12).trim(); // 83 units

beforeEach(() => {
    onRpc("has_group", () => true);
    onRpc("organizer.template", "get_plain_readings", ({args: [characters]}) =>
        Object.fromEntries([...characters].map((one) => [one, READINGS[one] ?? one]))
    );
});

const SAVING = ".o_organizer_sms_saving";

test("are offered where they save an SMS", async () => {
    await mountText(LONG);
    await animationFrame();
    expect(counter()).toMatch(/^2 SMS/);
    expect(SAVING).toHaveText(/Write in plain letters\s*saves 1 SMS/);
});

test("are not offered where nothing is saved", async () => {
    await mountText("zażółć");
    await animationFrame();
    expect(SAVING).toHaveCount(0);
});

test("are not offered for Thai, which nobody reads so", async () => {
    await mountText("ยอด ".repeat(30));
    await animationFrame();
    expect(counter()).toMatch(/^2 SMS/);
    expect(SAVING).toHaveCount(0);
});

test("rewrite the text, which can be undone, where no field says to", async () => {
    onRpc("letter", "web_save", ({args}) => expect.step(args[1].body));
    await mountText(`[number] [[x] [see page 2] ${LONG}`);
    await animationFrame();
    await contains(`${SAVING} button`).click();
    const plain = `[number] [[x] [see page 2] ${LONG.replaceAll("zażółć", "zazolc")}`;
    expect(template()).toBe(plain);
    expect(counter()).toMatch(/^1 SMS.*GSM-7/);
    expect(SAVING).toHaveCount(0);
    expect(EDITOR).toBeFocused();
    await press(["ctrl", "z"]);
    expect(template()).toInclude("zażółć");
    await press(["ctrl", "shift", "z"]);
    await clickSave();
    expect.verifySteps([plain]);
});

test("make no placeholder of full-width brackets", async () => {
    await mountText(`［number］ [number］ ${LONG}`);
    await animationFrame();
    await contains(`${SAVING} button`).click();
    expect(".o_organizer_sms_bubble").toHaveText(/^\[number\] \[number\] zazolc/);
    expect(".o_organizer_chip").toHaveCount(0);
});

test("of the text alone save nothing where a value needs Unicode too", async () => {
    await mountText(`[customer] ${LONG}`);
    await animationFrame();
    expect(SAVING).toHaveCount(0);
});

test("are chosen for the record where a field says to", async () => {
    onRpc("letter", "web_save", ({args}) => expect.step(args[1]));
    await mountText(`[customer] ${LONG}`, {
        options: ALWAYS,
        more: '<field name="plain"/>',
    });
    await animationFrame();
    expect(SAVING).toHaveText(/saves 1 SMS/);
    await contains(`${SAVING} button`).click();
    expect(template()).toBe(`[customer] ${LONG}`);
    expect(".o_organizer_sms_bubble").toHaveText(/^Zolw zazolc/);
    expect(counter()).toMatch(/^1 SMS ?· ?88\/160 characters ?· ?GSM-7 ?· ?0\.16 USD/);
    expect(counter()).toMatch(/\(in plain letters\)$/);
    expect(SAVING).toHaveCount(0);
    await clickSave();
    expect.verifySteps([{plain: true}]);
});

test("mark no letter that is not sent", async () => {
    Letter._records[0].plain = true;
    await mountText("[customer] żółw", {options: ALWAYS});
    await animationFrame();
    expect(".o_organizer_sms_bubble").toHaveText("Zolw zolw");
    expect(".o_organizer_sms_offenders").toHaveCount(0);
    expect(".o_organizer_chip_warning").toHaveCount(0);
    expect(highlighted("organizer-offender")).toEqual([]);
});

test("leave alone what they would not make cheaper", async () => {
    Letter._records[0].plain = true;
    await mountText("[customer] ยอด", {options: ALWAYS});
    await animationFrame();
    expect(".o_organizer_sms_bubble").toHaveText("Żółw ยอด");
    expect(counter()).not.toMatch(/plain letters/);
    expect(queryAllTexts(".o_organizer_sms_bubble mark")).toEqual(["Żół", "ยอด"]);
});

test("a value in full-width brackets is no placeholder", async () => {
    Letter._records[0].plain = true;
    await mountText("[customer] ż", {
        options: ALWAYS,
        values: {customer: "［number］", number: "7"},
    });
    await animationFrame();
    expect(".o_organizer_sms_bubble").toHaveText("[number] z");
});

test("are asked for once", async () => {
    onRpc("organizer.template", "get_plain_readings", ({args: [characters]}) => {
        expect.step(characters);
        return {ŵ: "w", ŷ: "y"};
    });
    await mountText("ŵŷ ŵ");
    await animationFrame();
    expect.verifySteps(["ŵŷ"]);
    await rewrite("ŷŵ ŷŵ");
    expect.verifySteps([]);
});
