import {expect, test} from "@odoo/hoot";
import {linked} from "@sms_organizer/sandbox_phone/phone_words";

test("links in a text", () => {
    expect(linked("")).toEqual([]);
    expect(linked("See https://a.b/c, now")).toEqual([
        {text: "See "},
        {text: "https://a.b/c", href: "https://a.b/c"},
        {text: ","},
        {text: " now"},
    ]);
    expect(linked("ftp://a.b javascript:alert(1)")).toEqual([
        {text: "ftp://a.b javascript:alert(1)"},
    ]);
});
