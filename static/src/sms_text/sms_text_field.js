import {Component, useEffect, useRef, useState} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {useSpellCheck} from "@web/core/utils/hooks";
import {uniqueId} from "@web/core/utils/functions";
import {useInputField} from "@web/views/fields/input_field_hook";
import {standardFieldProps} from "@web/views/fields/standard_field_props";
import {TranslationButton} from "@web/views/fields/translation_button";
import {Palette} from "../palette/palette";
import {unknown} from "../placeholders";
import {EditedText} from "./edited_text";
import {useReadings} from "./plain_text";
import {SmsDraft} from "./sms_draft";
import {literalOffenders, mistakesIn} from "./sms_marks";
import {
    chipTitle,
    counterOf,
    marked,
    offendersSentence,
    savingSentence,
    suggestionSentence,
    unknownSentence,
} from "./sms_words";
import {extractProps, fieldDependencies, supportedOptions} from "./sms_text_options";
import {TextEditor} from "./text_editor";

/**
 * The text of an SMS with its placeholders: a text field that says, while a person
 * types, what the sample recipient gets, in how many SMS and at what price.
 *
 * What the server knows comes from other fields of the record, which the options name.
 */
export class SmsTextField extends Component {
    static template = "sms_organizer.SmsTextField";
    static components = {Palette, TextEditor, TranslationButton};
    static props = {
        ...standardFieldProps,
        placeholder: {type: String, optional: true},
        rowCount: {type: Number, optional: true},
        lineBreaks: {type: Boolean, optional: true},
        required: {type: Boolean, optional: true},
        valuesField: {type: String, optional: true},
        paletteField: {type: String, optional: true},
        priceField: {type: String, optional: true},
        currencyField: {type: String, optional: true},
        recipientField: {type: String, optional: true},
        plainField: {type: String, optional: true},
        preview: {type: Boolean, optional: true},
    };

    setup() {
        this.root = useRef("root");
        this.text = new EditedText();
        this.draft = useState({text: this.saved});
        this.noteId = uniqueId("o_organizer_sms_note_");
        this.readings = useReadings();
        this.text.addEventListener("input", () => this.follow());
        this.text.addEventListener("redraw", () => this.follow());
        useEffect(() => this.text.know(this.names));
        useEffect(
            () => this.text.history.forget(),
            () => [this.props.record.id]
        );
        this.useTracking();
        useSpellCheck({refName: "root"});
        // Registered last: the text is then what an onchange has brought.
        useEffect(() => this.follow());
        useEffect(
            () => {
                this.readings.ask(this.makeDraft().pieces);
            },
            () => [this.draft.text, JSON.stringify(this.values)]
        );
    }

    /** Save as Odoo's text field does, for which our text is a textarea. */
    useTracking() {
        const [field, text] = [this, this.text];
        useInputField({
            getValue: () => this.saved,
            parse: (value) => (this.field.trim ? value.trim() : value),
            preventLineBreaks: this.props.lineBreaks === false,
            ref: {
                get el() {
                    return field.props.readonly ? null : text;
                },
            },
        });
    }

    // -- what the record says ----------------------------------------------------------

    get field() {
        return this.props.record.fields[this.props.name];
    }

    get saved() {
        return this.props.record.data[this.props.name] || "";
    }

    get palette() {
        return this.data("paletteField") || [];
    }

    get sample() {
        const values = this.data("valuesField");
        return values && Object.keys(values).length ? values : null;
    }

    /** Of the sample recipient; without one, examples of what may stand there. */
    get values() {
        return this.sample || this.examples;
    }

    get examples() {
        const told = this.palette.filter(({sample}) => sample);
        return Object.fromEntries(told.map(({name, sample}) => [name, sample]));
    }

    get names() {
        const offered = this.palette.map(({name}) => name);
        return [...new Set([...offered, ...Object.keys(this.sample || {})])];
    }

    get previewTitle() {
        if (!this.sample && this.palette.length) {
            return _t("For example");
        }
        const recipient = this.data("recipientField");
        return recipient ? _t("%s gets", recipient) : _t("Preview");
    }

    get price() {
        return {
            perSegment: this.data("priceField") || 0,
            currency: this.data("currencyField") || null,
        };
    }

    data(option) {
        const fieldName = this.props[option];
        return fieldName && this.props.record.data[fieldName];
    }

    // -- what is said about the text ---------------------------------------------------

    /** All that is said about the text as it stands in the editor. */
    describe() {
        const draft = this.makeDraft();
        return {
            draft,
            readings: this.readings.count,
            ...this.describeSize(draft),
            ...this.describeMistakes(),
            pieces: marked(draft.sent, draft.size.offenders),
            dress: (name) => this.dress(name, draft),
            isRaw: !Object.keys(this.values).length && draft.template.names.length > 0,
        };
    }

    makeDraft() {
        return new SmsDraft({
            text: this.draft.text,
            values: this.values,
            isPlain: Boolean(this.data("plainField")),
            mayBePlain: Boolean(this.props.plainField),
        });
    }

    describeSize({size, saving}) {
        const counter = counterOf(size, this.price);
        return {
            counter,
            // To a screen reader, only what changes seldom
            announcement: counter
                .filter(({key}) => key !== "units")
                .map((figure) => figure.text)
                .join(", "),
            offenders: offendersSentence(size),
            offenderPlaces: literalOffenders(this.text.parts, size.offenders),
            saving: saving ? savingSentence(saving) : "",
        };
    }

    describeMistakes() {
        const names = this.names;
        const found = names.length ? unknown(this.draft.text, names) : [];
        return {
            mistakes: found.map((mistake) => ({
                ...mistake,
                sentence: unknownSentence(mistake),
                question: suggestionSentence(mistake),
            })),
            mistakePlaces: mistakesIn(this.text.parts, found),
        };
    }

    /** How a chip looks, and what it says. */
    dress(name, draft) {
        const offered = this.palette.find((placeholder) => placeholder.name === name);
        const size = draft.measureValue(name);
        const isWarning = draft.isUnicode && size.offenders.length > 0;
        return {
            label: offered?.label || name,
            title: chipTitle(name, this.values[name], isWarning && size),
            isWarning,
        };
    }

    // -- what a person does ------------------------------------------------------------

    /** Speak about the text that stands in the editor, saved or not. */
    follow() {
        if (this.props.readonly) {
            this.text.value = this.saved;
        }
        this.draft.text = this.text.value;
    }

    insert(name) {
        this.text.insertChip(name);
        this.text.focus();
    }

    mend({written, suggestion}) {
        this.text.mend(written, suggestion);
        this.text.focus();
    }

    writePlain(draft) {
        if (this.props.plainField) {
            this.props.record.update({[this.props.plainField]: true});
        } else {
            this.text.rewrite(draft.rewritten);
            this.text.focus();
        }
    }

    /** From the text to its palette and back is no leaving. */
    onFocusOut({relatedTarget}) {
        if (!this.root.el.contains(relatedTarget)) {
            this.text.dispatchEvent(new Event("change"));
        }
    }
}

export const smsTextField = {
    component: SmsTextField,
    displayName: _t("SMS text"),
    additionalClasses: ["o_field_text"],
    supportedOptions,
    supportedTypes: ["text"],
    fieldDependencies,
    extractProps,
};

registry.category("fields").add("organizer_sms_text", smsTextField);
