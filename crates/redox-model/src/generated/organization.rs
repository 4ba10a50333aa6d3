//! `Organization` as typed messages.
//!
//! Generated from `catalogue/organization.txt`; do not edit.

use super::shared;
use crate::typed::Number;

shape! {
    /// `Organization.New` (async).
    New in "organization.New" {
        /// `Meta`, required.
        meta: shared::Meta = required "Meta",
        /// `Directory`, required.
        directory: String = required "Directory",
        /// `Organizations`, required.
        organizations: Vec<Organization> = required "Organizations",
    }
}

event!(New is "Organization" "New");

shape! {
    /// `Organization.Query` (sync-query).
    Query in "organization.Query" {
        /// `Meta`, required.
        meta: shared::Meta = required "Meta",
        /// `Directory`, required.
        directory: String = required "Directory",
        /// `Identifier`.
        identifier: Option<shared::Identifier> = optional "Identifier",
        /// `NameSearch`.
        name_search: Option<NameSearch> = optional "NameSearch",
        /// `State`.
        state: Option<String> = optional "State",
        /// `RadiusSearch`.
        radius_search: Option<RadiusSearch> = optional "RadiusSearch",
        /// `LastUpdated`: a date-time with offset (RFC 3339).
        last_updated: Option<String> = optional "LastUpdated",
        /// `Index`.
        index: Option<String> = optional "Index",
        /// `Limit`.
        limit: Option<String> = optional "Limit",
        /// `Active`.
        active: Option<bool> = optional "Active",
    }
}

event!(Query is "Organization" "Query");

shape! {
    /// `Organization.QueryResponse` (sync-response).
    QueryResponse in "organization.QueryResponse" {
        /// `Meta`, required.
        meta: shared::Meta = required "Meta",
        /// `Directory`, required.
        directory: String = required "Directory",
        /// `Organizations`, required.
        organizations: Vec<QueryResponseOrganization> = required "Organizations",
        /// `Paging`.
        paging: Option<Paging> = optional "Paging",
    }
}

event!(QueryResponse is "Organization" "QueryResponse");

shape! {
    /// `Organization.Update` (async).
    Update in "organization.Update" {
        /// `Meta`, required.
        meta: shared::Meta = required "Meta",
        /// `Action`, required.
        action: String = required "Action",
        /// `Directory`, required.
        directory: String = required "Directory",
        /// `Organizations`, required.
        organizations: Vec<Organization> = required "Organizations",
    }
}

event!(Update is "Organization" "Update");

shape! {
    /// For example `Organizations[]` of `Organization.New`.
    Organization in "organization.Organization" {
        /// `Active`, required.
        active: bool = required "Active",
        /// `Name`, required.
        name: String = required "Name",
        /// `Aliases`.
        aliases: Vec<String> = optional "Aliases",
        /// `Identifiers`.
        identifiers: Vec<shared::Identifier> = optional "Identifiers",
        /// `Type`.
        r#type: Option<Type> = optional "Type",
        /// `PartOf`.
        part_of: Option<PartOf> = optional "PartOf",
        /// `Contacts`.
        contacts: Vec<shared::OrganizationContact> = optional "Contacts",
        /// `Address`.
        address: Option<shared::Address> = optional "Address",
        /// `Endpoints`.
        endpoints: Vec<Endpoint> = optional "Endpoints",
        /// `DestinationID`.
        destination_id: Option<String> = optional "DestinationID",
    }
}

shape! {
    /// For example `Organizations[].Endpoints[]` of `Organization.New`.
    Endpoint in "organization.Endpoint" {
        /// `Identifiers`.
        identifiers: Vec<Identifier> = optional "Identifiers",
        /// `ConnectionType`.
        connection_type: Option<Type> = optional "ConnectionType",
        /// `Name`.
        name: Option<String> = optional "Name",
        /// `Address`.
        address: Option<String> = optional "Address",
        /// `MIMEType`.
        mime_type: Option<String> = optional "MIMEType",
        /// `Attributes`.
        attributes: Option<Attribute> = optional "Attributes",
    }
}

shape! {
    /// For example `Organizations[].PartOf` of `Organization.New`.
    PartOf in "organization.PartOf" {
        /// `Identifier`.
        identifier: Option<Identifier> = optional "Identifier",
    }
}

shape! {
    /// For example `Organizations[].Type` of `Organization.New`.
    Type in "organization.Type" {
        /// `System`.
        system: Option<String> = optional "System",
        /// `Value`.
        value: Option<String> = optional "Value",
    }
}

shape! {
    /// For example `Organizations[].PartOf.Identifier` of `Organization.New`.
    Identifier in "organization.Identifier" {
        /// `Type`.
        r#type: Option<String> = optional "Type",
        /// `System`.
        system: Option<String> = optional "System",
        /// `Value`.
        value: Option<String> = optional "Value",
    }
}

shape! {
    /// For example `Organizations[].Endpoints[].Attributes` of `Organization.New`.
    Attribute in "organization.Attribute" {
        /// `Transaction`.
        transaction: Option<String> = optional "Transaction",
        /// `Actor`.
        actor: Option<Type> = optional "Actor",
        /// `Version`.
        version: Option<Type> = optional "Version",
        /// `UseCases`.
        use_cases: Vec<Type> = optional "UseCases",
        /// `PurposeOfUse`.
        purpose_of_use: Vec<Type> = optional "PurposeOfUse",
        /// `Roles`.
        roles: Vec<Type> = optional "Roles",
    }
}

shape! {
    /// For example `RadiusSearch` of `Organization.Query`.
    RadiusSearch in "organization.RadiusSearch" {
        /// `ZipCode`.
        zip_code: Option<String> = optional "ZipCode",
        /// `Radius`.
        radius: Option<String> = optional "Radius",
    }
}

shape! {
    /// For example `NameSearch` of `Organization.Query`.
    NameSearch in "organization.NameSearch" {
        /// `SearchType`.
        search_type: Option<String> = optional "SearchType",
        /// `Value`.
        value: Option<String> = optional "Value",
    }
}

shape! {
    /// For example `Paging` of `Organization.QueryResponse`.
    Paging in "organization.Paging" {
        /// `Count`.
        count: Option<Number> = optional "Count",
        /// `Index`.
        index: Option<Number> = optional "Index",
    }
}

shape! {
    /// For example `Organizations[]` of `Organization.QueryResponse`.
    QueryResponseOrganization in "organization.QueryResponseOrganization" {
        /// `Active`, required.
        active: bool = required "Active",
        /// `Name`, required.
        name: String = required "Name",
        /// `Aliases`.
        aliases: Vec<String> = optional "Aliases",
        /// `Identifiers`.
        identifiers: Vec<shared::Identifier> = optional "Identifiers",
        /// `Type`.
        r#type: Option<Type> = optional "Type",
        /// `PartOf`.
        part_of: Option<PartOf> = optional "PartOf",
        /// `Contacts`.
        contacts: Vec<shared::OrganizationContact> = optional "Contacts",
        /// `Address`.
        address: Option<shared::Address> = optional "Address",
        /// `ManagingOrg`.
        managing_org: Option<String> = optional "ManagingOrg",
    }
}
