//! `Inventory` as typed messages.
//!
//! Generated from `catalogue/inventory.txt`; do not edit.

use super::shared;
use crate::typed::Number;

shape! {
    /// `Inventory.Deplete` (async).
    Deplete in "inventory.Deplete" {
        /// `Meta`, required.
        meta: shared::Meta = required "Meta",
        /// `Patient`.
        patient: Option<shared::PartialPatient> = optional "Patient",
        /// `Visit`.
        visit: Option<shared::VisitReference> = optional "Visit",
        /// `Items`, required.
        items: Vec<DepleteItem> = required "Items",
    }
}

event!(Deplete is "Inventory" "Deplete");

shape! {
    /// `Inventory.Update` (async).
    Update in "inventory.Update" {
        /// `Meta`, required.
        meta: shared::Meta = required "Meta",
        /// `Items`, required.
        items: Vec<Item> = required "Items",
    }
}

event!(Update is "Inventory" "Update");

shape! {
    /// For example `Items[]` of `Inventory.Deplete`.
    DepleteItem in "inventory.DepleteItem" {
        /// `Identifiers`, required.
        identifiers: Vec<shared::PatientIdentifier> = required "Identifiers",
        /// `Description`.
        description: Option<String> = optional "Description",
        /// `Quantity`.
        quantity: Option<Number> = optional "Quantity",
        /// `Type`.
        r#type: Option<String> = optional "Type",
        /// `Units`.
        units: Option<String> = optional "Units",
        /// `Procedure`.
        procedure: Option<Procedure> = optional "Procedure",
        /// `Notes`.
        notes: Option<String> = optional "Notes",
        /// `Vendor`.
        vendor: Option<Vendor> = optional "Vendor",
        /// `WastedQuantity`.
        wasted_quantity: Option<Number> = optional "WastedQuantity",
        /// `UsedQuantity`.
        used_quantity: Option<Number> = optional "UsedQuantity",
        /// `SerialNumber`.
        serial_number: Option<String> = optional "SerialNumber",
        /// `LotNumber`.
        lot_number: Option<String> = optional "LotNumber",
        /// `Location`.
        location: Option<Location> = optional "Location",
        /// `OrderingProvider`.
        ordering_provider: Option<shared::Provider> = optional "OrderingProvider",
    }
}

shape! {
    /// For example `Items[].Location` of `Inventory.Deplete`.
    Location in "inventory.Location" {
        /// `Facility`.
        facility: Option<String> = optional "Facility",
        /// `Department`.
        department: Option<String> = optional "Department",
        /// `ID`.
        id: Option<String> = optional "ID",
        /// `Bin`.
        bin: Option<String> = optional "Bin",
    }
}

shape! {
    /// For example `Items[].Vendor` of `Inventory.Deplete`.
    Vendor in "inventory.Vendor" {
        /// `ID`.
        id: Option<String> = optional "ID",
        /// `Name`.
        name: Option<String> = optional "Name",
        /// `CatalogNumber`.
        catalog_number: Option<String> = optional "CatalogNumber",
    }
}

shape! {
    /// For example `Items[].Procedure` of `Inventory.Deplete`.
    Procedure in "inventory.Procedure" {
        /// `Code`.
        code: Option<String> = optional "Code",
        /// `Codeset`.
        codeset: Option<String> = optional "Codeset",
        /// `Modifier`.
        modifier: Option<String> = optional "Modifier",
    }
}

shape! {
    /// For example `Items[]` of `Inventory.Update`.
    Item in "inventory.Item" {
        /// `Identifiers`, required.
        identifiers: Vec<shared::PatientIdentifier> = required "Identifiers",
        /// `Description`.
        description: Option<String> = optional "Description",
        /// `Quantity`.
        quantity: Option<Number> = optional "Quantity",
        /// `Type`.
        r#type: Option<String> = optional "Type",
        /// `Units`.
        units: Option<String> = optional "Units",
        /// `Procedure`.
        procedure: Option<Procedure> = optional "Procedure",
        /// `Notes`.
        notes: Option<String> = optional "Notes",
        /// `Vendor`.
        vendor: Option<Vendor> = optional "Vendor",
        /// `Status`.
        status: Option<String> = optional "Status",
        /// `IsChargeable`.
        is_chargeable: Option<bool> = optional "IsChargeable",
        /// `ContainsLatex`.
        contains_latex: Option<bool> = optional "ContainsLatex",
        /// `Price`.
        price: Option<Number> = optional "Price",
        /// `Location`.
        location: Option<Location> = optional "Location",
    }
}
