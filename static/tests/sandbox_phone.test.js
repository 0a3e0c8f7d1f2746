import {defineMailModels} from "@mail/../tests/mail_test_helpers";
import {beforeEach, describe, expect, test} from "@odoo/hoot";
import {queryAllTexts, queryOne} from "@odoo/hoot-dom";
import {advanceTime, animationFrame, mockDate} from "@odoo/hoot-mock";
import {
    contains,
    defineModels,
    fields,
    getService,
    MockServer,
    models,
    mountWithCleanup,
    onRpc,
    patchWithCleanup,
} from "@web/../tests/web_test_helpers";
import {WebClient} from "@web/webclient/webclient";

const ANNA = "+48500600700";
const BORIS = "+48500600701";

class Sms extends models.Model {
    _name = "sms.sms";

    number = fields.Char();
    body = fields.Text();
    state = fields.Selection({
        selection: [
            ["outgoing", "In queue"],
            ["pending", "Sent"],
            ["sent", "Delivered"],
            ["error", "Error"],
            ["unconfirmed", "Unconfirmed"],
        ],
    });
    partner_id = fields.Many2one({relation: "res.partner"});
    segments = fields.Integer();
    sent_at = fields.Datetime();
    delivered_at = fields.Datetime();
    failure_reason = fields.Char();
    is_test = fields.Boolean();
}

function message(id, number, values = {}) {
    return {
        id,
        number,
        body: `Text ${id}`,
        state: "pending",
        segments: 1,
        sent_at: "2026-03-10 09:00:00",
        is_test: true,
        ...values,
    };
}

defineMailModels();
defineModels([Sms]);

beforeEach(() => {
    mockDate("2026-03-11 12:00:00", 0);
    Sms._records = [
        message(1, ANNA),
        message(2, ANNA, {
            state: "error",
            failure_reason: "no such number",
            segments: 2,
            sent_at: "2026-03-11 09:00:00",
        }),
        message(3, BORIS, {state: "sent"}),
        message(4, BORIS, {is_test: false, body: "Through a real gateway"}),
        message(5, ANNA, {state: "outgoing", body: "Not accepted yet"}),
    ];
    onRpc("has_group", () => true);
});

async function openPhone() {
    await mountWithCleanup(WebClient);
    await getService("action").doAction({
        type: "ir.actions.client",
        tag: "organizer_sandbox_phone",
        name: "Sandbox phone",
    });
    await animationFrame();
}

/** One more message is accepted while the screen is open. */
function receive(number) {
    const {id, ...values} = message(6, number);
    MockServer.env["sms.sms"].create(values);
}

const bodies = () => queryAllTexts(".o_organizer_phone_bubble");
const numbers = () => queryAllTexts(".o_organizer_phone_item .fw-bold");

describe("on a wide screen", () => {
    describe.current.tags("desktop");

    test("shows the latest number, its newest message below", async () => {
        await openPhone();
        expect(numbers()).toEqual([BORIS, ANNA]);
        expect(queryAllTexts(".o_organizer_phone_item .badge")).toEqual(["1", "2"]);
        expect(bodies()).toEqual(["Text 3"]);
        await contains(`.o_organizer_phone_item:contains(${ANNA})`).click();
        expect(bodies()).toEqual(["Text 1", "Text 2"]);
        expect(queryAllTexts(".o_organizer_phone_outcome")).toEqual([
            "Sent",
            "Failed: no such number",
        ]);
        expect(queryAllTexts(".o_organizer_phone_day")).toEqual(["Yesterday", "Today"]);
        expect(".o_organizer_phone_message:last").toHaveText(/2 SMS/);
    });

    test("only web addresses are links, and nothing is markup", async () => {
        const body =
            "<i id='x'>See</i> https://a.b/c?d=1. (http://e.f) javascript:alert(1)";
        Sms._records = [message(1, ANNA, {body})];
        await openPhone();
        expect(".o_organizer_phone_bubble").toHaveText(body);
        expect("#x").toHaveCount(0);
        expect(queryAllTexts(".o_organizer_phone_bubble a")).toEqual([
            "https://a.b/c?d=1",
            "http://e.f",
        ]);
        expect(".o_organizer_phone_bubble a:first").toHaveAttribute("target", "_blank");
        expect(".o_organizer_phone_bubble a:first").toHaveAttribute(
            "href",
            "https://a.b/c?d=1"
        );
    });

    test("new messages come by themselves, while the page is seen", async () => {
        await openPhone();
        await contains(`.o_organizer_phone_item:contains(${ANNA})`).click();
        receive(ANNA);
        await advanceTime(6000);
        await animationFrame();
        expect(bodies()).toEqual(["Text 1", "Text 2", "Text 6"]);
        expect(numbers()).toEqual([ANNA, BORIS]);
    });

    test("asks for nothing once it is closed", async () => {
        await openPhone();
        await getService("action").doAction({
            type: "ir.actions.act_window",
            res_model: "res.partner",
            views: [[false, "list"]],
        });
        await animationFrame();
        onRpc("sms.sms", "*", ({method}) => expect.step(method));
        await advanceTime(20000);
        expect.verifySteps([]);
    });

    test("a connection that is lost for a while does not disturb", async () => {
        await openPhone();
        let lost = true;
        onRpc("sms.sms", "formatted_read_group", () => {
            if (lost) {
                expect.step("lost");
                throw new Error("lost");
            }
        });
        await advanceTime(5000);
        expect.verifySteps(["lost"]);
        expect(bodies()).toEqual(["Text 3"]);
        lost = false;
        receive(BORIS);
        await advanceTime(5000);
        await animationFrame();
        expect(bodies()).toEqual(["Text 3", "Text 6"]);
    });

    test("is searched by number, however it is written", async () => {
        await openPhone();
        await contains("input[type=search]").edit("500 600-700", {confirm: false});
        await advanceTime(500);
        await animationFrame();
        expect(numbers()).toEqual([ANNA]);
        await contains("input[type=search]").edit("nobody", {confirm: false});
        await advanceTime(500);
        await animationFrame();
        expect(numbers()).toEqual([]);
        expect(".o_organizer_phone_no_match").toHaveCount(1);
        await contains("input[type=search]").edit("", {confirm: false});
        await advanceTime(500);
        await animationFrame();
        expect(numbers()).toEqual([BORIS, ANNA]);
    });

    test("shows the last fifty messages, and earlier ones on demand", async () => {
        Sms._records = [...Array(60).keys()].map((index) => message(index + 1, ANNA));
        await openPhone();
        expect(bodies()).toHaveLength(50);
        expect(bodies().at(-1)).toBe("Text 60");
        const screen = queryOne(".o_organizer_phone_screen");
        expect(screen.scrollTop + screen.clientHeight).toBeWithin(
            screen.scrollHeight - 2,
            screen.scrollHeight + 2
        );
        await contains(".o_organizer_phone_earlier").click();
        expect(bodies()).toHaveLength(60);
        expect(".o_organizer_phone_earlier").toHaveCount(0);
    });

    test("lists forty numbers, and more on demand", async () => {
        Sms._records = [...Array(45).keys()].map((index) =>
            message(index + 1, `+485006007${10 + index}`)
        );
        await openPhone();
        expect(numbers()).toHaveLength(40);
        await contains(".o_organizer_phone_more").click();
        expect(numbers()).toHaveLength(45);
        expect(".o_organizer_phone_more").toHaveCount(0);
    });

    test("with no message it says what would be here, and begins", async () => {
        Sms._records = [];
        await openPhone();
        expect(".o_view_nocontent").toHaveText(/No message yet/);
        expect(".o_organizer_phone_send").toHaveCount(1);
        patchWithCleanup(getService("action"), {
            doAction: (action) => expect.step(action),
        });
        await contains(".o_organizer_phone_send").click();
        expect.verifySteps(["sms_organizer.action_organizer_compose_new"]);
    });
});

describe("on a phone", () => {
    describe.current.tags("mobile");

    test("shows the list, then a conversation, and the way back", async () => {
        await openPhone();
        expect(numbers()).toEqual([BORIS, ANNA]);
        expect(".o_organizer_phone").toHaveCount(0);
        await contains(`.o_organizer_phone_item:contains(${ANNA})`).click();
        expect(bodies()).toEqual(["Text 1", "Text 2"]);
        expect(".o_organizer_phone_list").toHaveCount(0);
        await contains(".o_organizer_phone_back").click();
        expect(".o_organizer_phone").toHaveCount(0);
        expect(numbers()).toEqual([BORIS, ANNA]);
    });
});
