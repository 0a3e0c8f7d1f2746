import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {uniqueId} from "@web/core/utils/functions";
import {TextField, textField} from "@web/views/fields/text/text_field";
import {useEffect, useState} from "@odoo/owl";
import {measure} from "../gsm";
import {compile, unknown} from "../placeholders";
import {counterOf, marked, offendersSentence, unknownSentence} from "./sms_words";

/**
 * The text of an SMS with its placeholders: a text field that says, while a person
 * types, what the sample recipient gets, in how many SMS and at what price.
 *
 * What the server knows comes from other fields of the record, which the options name.
 */
export class SmsTextField extends TextField {
    static template = "sms_organizer.SmsTextField";
    static props = {
        ...TextField.props,
        valuesField: {type: String, optional: true},
        labelsField: {type: String, optional: true},
        priceField: {type: String, optional: true},
        currencyField: {type: String, optional: true},
        recipientField: {type: String, optional: true},
        preview: {type: Boolean, optional: true},
    };

    setup() {
        super.setup();
        this.draft = useState({text: this.saved});
        this.noteId = uniqueId("o_organizer_sms_note_");
        // Registered last: the textarea then holds what an onchange has brought.
        useEffect(() => this.follow());
    }

    get saved() {
        return this.props.record.data[this.props.name] || "";
    }

    get values() {
        return this._data("valuesField") || null;
    }

    get labels() {
        return this._data("labelsField") || {};
    }

    /** The placeholders on offer, in the order of their labels. */
    get palette() {
        const names = new Set([
            ...Object.keys(this.labels),
            ...Object.keys(this.values || {}),
        ]);
        return [...names].map((name) => {
            const sample = this.values?.[name];
            const written = `[${name}]`;
            return {
                name,
                label: this.labels[name] || name,
                title: sample ? `${written}  ${sample}` : written,
            };
        });
    }

    get previewTitle() {
        const recipient = this._data("recipientField");
        return recipient ? _t("%s gets", recipient) : _t("Preview");
    }

    /** All that is said about the text as it stands in the textarea. */
    describe() {
        const template = compile(this.draft.text);
        const text = template.render(this.values || {});
        const size = measure(text);
        const palette = this.palette;
        const names = palette.map(({name}) => name);
        const counter = counterOf(size, this._price());
        const mistakes = names.length ? unknown(this.draft.text, names) : [];
        return {
            palette,
            counter,
            // To a screen reader, only what changes seldom
            announcement: counter
                .filter(({key}) => key !== "units")
                .map((figure) => figure.text)
                .join(", "),
            offenders: offendersSentence(size),
            mistakes: mistakes.map(unknownSentence),
            pieces: marked(text, size.offenders),
            isRaw: !this.values && template.names.length > 0,
            isEmpty: !text,
        };
    }

    /** Speak about what stands in the textarea, saved or not. */
    follow() {
        const element = this.textareaRef.el;
        element?.setAttribute("aria-describedby", this.noteId);
        this.draft.text = element ? element.value : this.saved;
    }

    /** Insert at the cursor, as if typed: undo works, and the field becomes dirty. */
    insert(name) {
        const element = this.textareaRef.el;
        const written = `[${name}]`;
        element.focus();
        if (!document.execCommand("insertText", false, written)) {
            const {selectionStart, selectionEnd} = element;
            element.setRangeText(written, selectionStart, selectionEnd, "end");
            element.dispatchEvent(new InputEvent("input", {bubbles: true}));
        }
    }

    _data(option) {
        const fieldName = this.props[option];
        return fieldName && this.props.record.data[fieldName];
    }

    _price() {
        return {
            perSegment: this._data("priceField") || 0,
            currency: this._data("currencyField") || null,
        };
    }
}

const HELPERS = [
    {
        name: "values_field",
        type: "json",
        label: _t("Values of the sample recipient"),
        help: _t("A field with the value of each placeholder, by name."),
    },
    {
        name: "labels_field",
        type: "json",
        label: _t("Labels of the placeholders"),
        help: _t("A field with the label of each placeholder, by name."),
    },
    {name: "price_field", type: "float", label: _t("Price per SMS")},
    {name: "currency_field", type: "many2one", label: _t("Currency of the price")},
    {name: "recipient_field", type: "char", label: _t("Name of the sample recipient")},
];

export const smsTextField = {
    ...textField,
    component: SmsTextField,
    displayName: _t("SMS text"),
    additionalClasses: ["o_field_text"],
    supportedOptions: [
        ...HELPERS.map(({name, type, label, help = ""}) => ({
            name,
            label,
            help,
            type: "field",
            availableTypes: [type],
        })),
        {name: "preview", label: _t("Show what the recipient gets"), type: "boolean"},
    ],
    supportedTypes: ["text"],
    // The helper fields are read even where the view lacks them. To follow an onchange
    // they have to be in the view, which may be invisibly.
    fieldDependencies: ({options}) =>
        HELPERS.filter(({name}) => options[name]).map(({name, type}) => ({
            name: options[name],
            type,
        })),
    extractProps(fieldInfo) {
        const {options} = fieldInfo;
        return {
            ...textField.extractProps(fieldInfo),
            placeholder: fieldInfo.placeholder || _t("Write the text of the SMS"),
            valuesField: options.values_field,
            labelsField: options.labels_field,
            priceField: options.price_field,
            currencyField: options.currency_field,
            recipientField: options.recipient_field,
            preview: Boolean(options.preview),
        };
    },
};

registry.category("fields").add("organizer_sms_text", smsTextField);
