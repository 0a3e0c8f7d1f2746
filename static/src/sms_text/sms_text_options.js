import {_t} from "@web/core/l10n/translation";
import {parseInteger} from "@web/views/fields/parsers";

/** The options that name another field of the record, and of what type it is. */
const HELPERS = [
    {
        name: "values_field",
        type: "json",
        label: _t("Values of the sample recipient"),
        help: _t("A field with the value of each placeholder, by name."),
    },
    {
        name: "palette_field",
        type: "json",
        label: _t("Placeholders on offer"),
        help: _t(
            "A field with a list of placeholders: name, label and sample of each."
        ),
    },
    {name: "price_field", type: "float", label: _t("Price per SMS")},
    {name: "currency_field", type: "many2one", label: _t("Currency of the price")},
    {name: "recipient_field", type: "char", label: _t("Name of the sample recipient")},
    {
        name: "plain_field",
        type: "boolean",
        label: _t("Always in plain letters"),
        help: _t("A field that says whether the text is sent in plain letters."),
    },
];

export const supportedOptions = [
    ...HELPERS.map(({name, type, label, help = ""}) => ({
        name,
        label,
        help,
        type: "field",
        availableTypes: [type],
    })),
    {name: "preview", label: _t("Show what the recipient gets"), type: "boolean"},
    {
        name: "line_breaks",
        label: _t("Enable line breaks"),
        type: "boolean",
        default: true,
    },
];

/**
 * The helper fields are read even where the view lacks them. To follow an onchange they
 * have to be in the view, which may be invisibly.
 */
export function fieldDependencies({options}) {
    return HELPERS.filter(({name}) => options[name]).map(({name, type}) => ({
        name: options[name],
        type,
    }));
}

export function extractProps({attrs, options, placeholder}, {required}) {
    return {
        placeholder: placeholder || _t("Write the text of the SMS"),
        rowCount: attrs.rows ? parseInteger(attrs.rows) : undefined,
        lineBreaks: options.line_breaks ?? true,
        required,
        valuesField: options.values_field,
        paletteField: options.palette_field,
        priceField: options.price_field,
        currencyField: options.currency_field,
        recipientField: options.recipient_field,
        plainField: options.plain_field,
        preview: Boolean(options.preview),
    };
}
