import {registry} from "@web/core/registry";

const EDITOR = ".modal .o_field_widget[name=body] [role=textbox]";
const PREVIEW = ".modal .o_organizer_sms_preview";

/** As a person pastes over all there is. */
function pasteInto(editor, text) {
    editor.focus();
    document.getSelection().selectAllChildren(editor);
    const clipboardData = new DataTransfer();
    clipboardData.setData("text/plain", text);
    const options = {clipboardData, bubbles: true, cancelable: true};
    editor.dispatchEvent(new ClipboardEvent("paste", options));
}

/** As a mouse drags; the tours' own drag carries no data. */
function drag(source, target) {
    const {left, top} = target.getBoundingClientRect();
    const options = {
        dataTransfer: new DataTransfer(),
        clientX: left + 12,
        clientY: top + 12,
        bubbles: true,
        cancelable: true,
    };
    for (const [element, name] of [
        [source, "dragstart"],
        [target, "dragenter"],
        [target, "dragover"],
        [target, "drop"],
        [source, "dragend"],
    ]) {
        element.dispatchEvent(new DragEvent(name, options));
    }
}

registry.category("web_tour.tours").add("sms_organizer_template", {
    steps: () => [
        {
            content: "Send SMS from the invoice",
            trigger: "button[name=action_send_sms]",
            run: "click",
        },
        {
            content: "One SMS costs this much",
            trigger: ".modal .o_organizer_sms_price:contains('0.16')",
        },
        {
            content: "Drag the customer's name into the text",
            trigger: ".modal .o_organizer_palette [data-name=customer]",
            run: ({anchor}) => drag(anchor, document.querySelector(EDITOR)),
        },
        {
            content: "It looks like a chip",
            trigger: `${EDITOR} [data-name=customer]`,
        },
        {
            content: "and the preview has the name in plain letters",
            trigger: `${PREVIEW}:contains('Zolw')`,
        },
        {
            content: "Without them it would be Unicode",
            trigger: ".modal .o_field_widget[name=plain_letters] input",
            run: "click",
        },
        {
            content: "and cost twice as much",
            trigger: ".modal .o_organizer_sms_price:contains('0.32')",
        },
        {
            content: "Its offending letters are marked",
            trigger: `${PREVIEW} mark:contains('Ż')`,
        },
        {
            content: "Write in plain letters",
            trigger: ".modal .o_organizer_sms_saving button",
            run: "click",
        },
        {
            content: "It is cheap again",
            trigger: ".modal .o_organizer_sms_price:contains('0.16')",
        },
        {
            content: "A mistake",
            trigger: EDITOR,
            run: ({anchor}) =>
                pasteInto(anchor, "Hello [customer], [nmber]: [amount_due] [link]"),
        },
        {
            content: "is named, and the nearest name offered",
            trigger: ".modal .o_organizer_sms_unknown:contains('[nmber]') button",
            run: "click",
        },
        {
            content: "It is mended",
            trigger: `${EDITOR} [data-name=number]`,
        },
        {
            content: "Save as template",
            trigger: ".modal button[name=action_name_template]",
            run: "click",
        },
        {
            content: "Its name",
            trigger: ".modal .o_field_widget[name=template_name] input",
            run: "edit Hello again",
        },
        {
            trigger: ".modal button[name=action_save_template]",
            run: "click",
        },
        {
            content: "The window is back, with the template",
            trigger:
                ".modal .o_field_widget[name=template_id] input:value(Hello again)",
        },
        {
            trigger: ".modal button[special=cancel]",
            run: "click",
        },
        {
            content: "Back to the list",
            trigger: "body:not(:has(.modal)) .o_back_button",
            run: "click",
        },
        {
            content: "Tick an invoice",
            trigger: ".o_data_row .o_list_record_selector input",
            run: "click",
        },
        {
            content: "The gear menu",
            trigger: ".o_control_panel .o_cp_action_menus button:has(.fa-cog)",
            run: "click",
        },
        {
            content: "has it under its name",
            trigger: ".o-dropdown--menu .o_menu_item:contains('Hello again')",
            run: "click",
        },
        {
            content: "It opens with that text",
            trigger: `${PREVIEW}:contains('Hello Zolw, INV')`,
        },
    ],
});
