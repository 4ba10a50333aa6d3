//! `Provider` as typed messages.
//!
//! Generated from `catalogue/provider.txt`; do not edit.

use super::shared;
use crate::typed::Mixed;

shape! {
    /// `Provider.Activate` (async).
    Activate in "provider.Activate" {
        /// `Meta`, required.
        meta: shared::Meta = required "Meta",
        /// `Providers`, required.
        providers: Vec<ActivateProvider> = required "Providers",
    }
}

event!(Activate is "Provider" "Activate");

shape! {
    /// `Provider.Deactivate` (async).
    Deactivate in "provider.Deactivate" {
        /// `Meta`, required.
        meta: shared::Meta = required "Meta",
        /// `Providers`, required.
        providers: Vec<ActivateProvider> = required "Providers",
    }
}

event!(Deactivate is "Provider" "Deactivate");

shape! {
    /// `Provider.New` (async).
    New in "provider.New" {
        /// `Meta`, required.
        meta: shared::Meta = required "Meta",
        /// `Providers`, required.
        providers: Vec<Provider> = required "Providers",
    }
}

event!(New is "Provider" "New");

shape! {
    /// `Provider.ProviderQuery` (sync-query).
    ProviderQuery in "provider.ProviderQuery" {
        /// `Meta`, required.
        meta: shared::Meta = required "Meta",
        /// `Provider`.
        provider: Option<ProviderQueryProvider> = optional "Provider",
    }
}

event!(ProviderQuery is "Provider" "ProviderQuery");

shape! {
    /// `Provider.ProviderQueryResponse` (sync-response).
    ProviderQueryResponse in "provider.ProviderQueryResponse" {
        /// `Meta`, required.
        meta: shared::Meta = required "Meta",
        /// `Providers`, required.
        providers: Vec<Provider> = required "Providers",
    }
}

event!(ProviderQueryResponse is "Provider" "ProviderQueryResponse");

shape! {
    /// `Provider.Update` (async).
    Update in "provider.Update" {
        /// `Meta`, required.
        meta: shared::Meta = required "Meta",
        /// `Providers`, required.
        providers: Vec<Provider> = required "Providers",
    }
}

event!(Update is "Provider" "Update");

shape! {
    /// For example `Providers[]` of `Provider.Activate`.
    ActivateProvider in "provider.ActivateProvider" {
        /// `Identifiers`, required.
        identifiers: Vec<Identifier> = required "Identifiers",
        /// `Demographics`.
        demographics: Option<Demographics> = optional "Demographics",
        /// `Qualifications`.
        qualifications: Vec<Qualification> = optional "Qualifications",
        /// `Roles`.
        roles: Vec<Role> = optional "Roles",
    }
}

shape! {
    /// For example `Providers[].Roles[]` of `Provider.Activate`.
    Role in "provider.Role" {
        /// `Identifiers`.
        identifiers: Vec<shared::Identifier> = optional "Identifiers",
        /// `Organization`.
        organization: Option<Organization> = optional "Organization",
        /// `Specialties`.
        specialties: Vec<shared::DescribedCode> = optional "Specialties",
        /// `Locations`.
        locations: Vec<Location> = optional "Locations",
        /// `Services`.
        services: Vec<Service> = optional "Services",
        /// `Availability`.
        availability: Vec<Availability> = optional "Availability",
    }
}

shape! {
    /// For example `Providers[].Qualifications[]` of `Provider.Activate`.
    Qualification in "provider.Qualification" {
        /// `Identifiers`.
        identifiers: Vec<shared::Identifier> = optional "Identifiers",
        /// `Code`.
        code: Option<String> = optional "Code",
        /// `Codeset`.
        codeset: Option<String> = optional "Codeset",
        /// `Description`.
        description: Option<String> = optional "Description",
        /// `StartDate`: a date (YYYY-MM-DD) or a date-time with offset (RFC 3339).
        start_date: Option<String> = optional "StartDate",
        /// `EndDate`: a date (YYYY-MM-DD) or a date-time with offset (RFC 3339).
        end_date: Option<String> = optional "EndDate",
    }
}

shape! {
    /// For example `Providers[].Demographics` of `Provider.Activate`.
    Demographics in "provider.Demographics" {
        /// `FirstName`.
        first_name: Option<String> = optional "FirstName",
        /// `LastName`.
        last_name: Option<String> = optional "LastName",
        /// `MiddleName`.
        middle_name: Option<String> = optional "MiddleName",
        /// `Credentials`.
        credentials: Vec<String> = optional "Credentials",
        /// `Addresses`.
        addresses: Vec<Address> = optional "Addresses",
        /// `EmailAddresses`: an e-mail address.
        email_addresses: Vec<String> = optional "EmailAddresses",
        /// `PhoneNumber`.
        phone_number: Option<shared::PhoneNumber> = optional "PhoneNumber",
        /// `Sex`: `Female`, `Male`, `Nonbinary`, `Other`, `Unknown`.
        sex: Option<String> = optional "Sex",
        /// `DOB`: a date (YYYY-MM-DD).
        dob: Option<String> = optional "DOB",
        /// `Languages`.
        languages: Vec<String> = optional "Languages",
    }
}

shape! {
    /// For example `Providers[].Identifiers[]` of `Provider.Activate`.
    Identifier in "provider.Identifier" {
        /// `ID`, required.
        id: String = required "ID",
        /// `IDType`.
        id_type: Option<String> = optional "IDType",
    }
}

shape! {
    /// For example `Providers[].Demographics.Addresses[]` of `Provider.Activate`.
    Address in "provider.Address" {
        /// `Use`.
        r#use: Option<String> = optional "Use",
        /// `StreetAddress`.
        street_address: Option<String> = optional "StreetAddress",
        /// `City`.
        city: Option<String> = optional "City",
        /// `State`.
        state: Option<String> = optional "State",
        /// `ZIP`.
        zip: Option<String> = optional "ZIP",
        /// `County`.
        county: Option<String> = optional "County",
        /// `Country`.
        country: Option<String> = optional "Country",
    }
}

shape! {
    /// For example `Providers[].Roles[].Availability[]` of `Provider.Activate`.
    Availability in "provider.Availability" {
        /// `Days`.
        days: Vec<String> = optional "Days",
        /// `AvailableStartTime`: a time of day (HH:MM or HH:MM:SS).
        available_start_time: Option<String> = optional "AvailableStartTime",
        /// `AvailableEndTime`: a time of day (HH:MM or HH:MM:SS).
        available_end_time: Option<String> = optional "AvailableEndTime",
    }
}

shape! {
    /// For example `Providers[].Roles[].Services[]` of `Provider.Activate`.
    Service in "provider.Service" {
        /// `Identifiers`.
        identifiers: Vec<shared::Identifier> = optional "Identifiers",
        /// `Type`.
        r#type: Option<String> = optional "Type",
        /// `Description`.
        description: Option<String> = optional "Description",
        /// `PhoneNumber`.
        phone_number: Option<shared::OfficePhone> = optional "PhoneNumber",
    }
}

shape! {
    /// For example `Providers[].Roles[].Locations[]` of `Provider.Activate`.
    Location in "provider.Location" {
        /// `Identifiers`.
        identifiers: Vec<shared::Identifier> = optional "Identifiers",
        /// `Status`.
        status: Option<String> = optional "Status",
        /// `Name`.
        name: Option<String> = optional "Name",
        /// `Description`.
        description: Option<String> = optional "Description",
        /// `Address`.
        address: Option<shared::Address> = optional "Address",
        /// `EmailAddresses`: an e-mail address.
        email_addresses: Vec<String> = optional "EmailAddresses",
        /// `PhoneNumber`.
        phone_number: Option<shared::OfficePhone> = optional "PhoneNumber",
    }
}

shape! {
    /// For example `Providers[].Roles[].Organization` of `Provider.Activate`.
    Organization in "provider.Organization" {
        /// `Identifiers`.
        identifiers: Vec<shared::Identifier> = optional "Identifiers",
        /// `IsActive`.
        is_active: Option<Mixed> = optional "IsActive",
        /// `Type`.
        r#type: Option<String> = optional "Type",
        /// `Name`.
        name: Option<String> = optional "Name",
        /// `Address`.
        address: Option<shared::Address> = optional "Address",
    }
}

shape! {
    /// For example `Providers[]` of `Provider.New`.
    Provider in "provider.Provider" {
        /// `Identifiers`, required.
        identifiers: Vec<Identifier> = required "Identifiers",
        /// `IsActive`, required.
        is_active: bool = required "IsActive",
        /// `Demographics`.
        demographics: Option<Demographics> = optional "Demographics",
        /// `Qualifications`.
        qualifications: Vec<Qualification> = optional "Qualifications",
        /// `Roles`.
        roles: Vec<Role> = optional "Roles",
    }
}

shape! {
    /// For example `Provider` of `Provider.ProviderQuery`.
    ProviderQueryProvider in "provider.ProviderQueryProvider" {
        /// `Identifiers`.
        identifiers: Vec<shared::Identifier> = optional "Identifiers",
        /// `Demographics`.
        demographics: Option<ProviderQueryProviderDemographics> = optional "Demographics",
    }
}

shape! {
    /// For example `Provider.Demographics` of `Provider.ProviderQuery`.
    ProviderQueryProviderDemographics in "provider.ProviderQueryProviderDemographics" {
        /// `FirstName`.
        first_name: Option<String> = optional "FirstName",
        /// `LastName`.
        last_name: Option<String> = optional "LastName",
        /// `MiddleName`.
        middle_name: Option<String> = optional "MiddleName",
        /// `Address`.
        address: Option<ProviderQueryProviderDemographicsAddress> = optional "Address",
    }
}

shape! {
    /// For example `Provider.Demographics.Address` of `Provider.ProviderQuery`.
    ProviderQueryProviderDemographicsAddress in "provider.ProviderQueryProviderDemographicsAddress" {
        /// `City`.
        city: Option<String> = optional "City",
        /// `State`.
        state: Option<String> = optional "State",
        /// `ZIP`.
        zip: Option<String> = optional "ZIP",
    }
}
