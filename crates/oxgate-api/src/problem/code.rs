//! Every error code of the HTTP surface: one table, from which titles, statuses and documentation addresses follow.

use http::StatusCode;

/// Where the pages of `docs/errors/` are read.
const PAGES: &str = "https://github.com/oxgate/oxgate/blob/main/docs/errors/";

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $number:literal, $status:ident, $title:literal;)*) => {
        /// A stable error code. A number is never given a second meaning; a code that is no longer used stays reserved.
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
        pub enum Code { $($(#[$doc])* $name = $number,)* }

        impl Code {
            /// All codes, by number.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// The status it is sent with.
            pub const fn status(self) -> StatusCode {
                match self { $(Self::$name => StatusCode::$status,)* }
            }

            /// The same sentence for every occurrence (RFC 9457 §3.1.3).
            pub const fn title(self) -> &'static str {
                match self { $(Self::$name => $title,)* }
            }
        }
    };
}

codes! {
    /// No API key, or one that is unknown, expired or revoked.
    Unauthorized = 1, UNAUTHORIZED, "The API key is missing or not valid";
    /// The key is good but does not carry the scope.
    ScopeMissing = 2, FORBIDDEN, "The API key lacks a scope";
    /// No such path.
    NoSuchPath = 3, NOT_FOUND, "There is nothing at this path";
    /// The path exists, the method does not.
    NoSuchMethod = 4, METHOD_NOT_ALLOWED, "The path does not take this method";
    /// The body cannot be read as JSON.
    NotJson = 5, BAD_REQUEST, "The body is not JSON";
    /// The body, or one line of a batch, is over the limit.
    TooLarge = 6, PAYLOAD_TOO_LARGE, "The body is over the limit";
    /// A source that the configuration does not know, or that cannot be told from others.
    UnknownSource = 7, UNPROCESSABLE_ENTITY, "The source is not known";
    /// A query parameter or header that cannot be understood.
    BadParameter = 8, BAD_REQUEST, "A parameter or header cannot be understood";
    /// The JSON body of an act does not have the documented shape.
    BadShape = 9, UNPROCESSABLE_ENTITY, "The body does not have the documented shape";
    /// The message has no readable `Meta`.
    NoMeta = 10, UNPROCESSABLE_ENTITY, "The message does not say what it is";
    /// The catalogue knows no such data model and event type.
    UnknownEvent = 11, UNPROCESSABLE_ENTITY, "The data model and event type are not known";
    /// The message names no destination.
    NoDestination = 12, UNPROCESSABLE_ENTITY, "The message names no destination";
    /// A destination that the configuration does not know.
    UnknownDestination = 13, UNPROCESSABLE_ENTITY, "The destination is not known";
    /// The destination is known and does not take the event type.
    NotAccepted = 14, UNPROCESSABLE_ENTITY, "The destination does not accept this event type";
    /// A query sent as an event, or an event sent as a query.
    WrongRoad = 15, UNPROCESSABLE_ENTITY, "The event type travels by the other path";
    /// The idempotency key was used with another body.
    KeyReused = 16, CONFLICT, "The idempotency key was used with another body";
    /// The store's queue is full, or too many bodies are in flight.
    Busy = 17, TOO_MANY_REQUESTS, "The gateway is busy";
    /// Too little free disk space for new work.
    DiskLow = 18, SERVICE_UNAVAILABLE, "The gateway's disk is nearly full";
    /// The store cannot write.
    StoreSick = 19, SERVICE_UNAVAILABLE, "The store cannot write at the moment";
    /// The gateway is stopping.
    Closing = 20, SERVICE_UNAVAILABLE, "The gateway is stopping";
    /// No such event.
    NoSuchEvent = 21, NOT_FOUND, "There is no such event";
    /// No such delivery.
    NoSuchDelivery = 22, NOT_FOUND, "There is no such delivery";
    /// No such lane.
    NoSuchLane = 23, NOT_FOUND, "There is no such lane";
    /// Retention removed the body.
    BodyGone = 24, GONE, "The body is no longer stored";
    /// The act cannot happen in the present state.
    NotInThisState = 25, CONFLICT, "The act is not possible in the present state";
    /// A send whose outcome is unknown needs a decision.
    DecisionNeeded = 26, CONFLICT, "A person must say whether Redox has it";
    /// No handler of the present configuration takes the event.
    StillUnrouted = 27, CONFLICT, "No handler takes the event";
    /// A target that the configuration does not know, or that does not fit the event's direction.
    UnknownTarget = 28, UNPROCESSABLE_ENTITY, "The target is not known";
    /// The new configuration was refused as a whole.
    ReloadRefused = 29, UNPROCESSABLE_ENTITY, "The configuration was refused";
    /// A live API key has this name already.
    NameTaken = 30, CONFLICT, "An API key with this name exists";
    /// No such API key.
    NoSuchApiKey = 31, NOT_FOUND, "There is no such API key";
    /// Redox could not be reached, or its answer could not be read.
    PeerUnreachable = 32, BAD_GATEWAY, "Redox could not be reached";
    /// Redox did not answer in time.
    PeerLate = 33, GATEWAY_TIMEOUT, "Redox did not answer in time";
    /// The egress address's quota is used up.
    QuotaUsed = 34, TOO_MANY_REQUESTS, "The Redox request quota is used up";
    /// As many streams as allowed are open.
    StreamsFull = 35, SERVICE_UNAVAILABLE, "Too many streams are open";
    /// A fault of the gateway itself.
    Internal = 36, INTERNAL_SERVER_ERROR, "The gateway made a mistake";
    /// Redox refused our credentials.
    PeerRefused = 37, BAD_GATEWAY, "Redox refused the gateway's credentials";
    /// Destinations that are named twice, without a name, or too many of them.
    BadDestinations = 38, UNPROCESSABLE_ENTITY, "The destinations cannot be used as they stand";
    /// A time limit for an answer that could not be recognised.
    NoAnswerExpected = 39, UNPROCESSABLE_ENTITY, "No answer could be linked to this event";
    /// No such attempt, or nothing that its peer said was kept.
    NoDetail = 40, NOT_FOUND, "Nothing is kept of this attempt";
    /// The content is not what the event type's documentation or a destination asks for.
    NotValid = 41, UNPROCESSABLE_ENTITY, "The message is not valid";
    /// A door for Redox: no verification token, or a wrong one.
    EndpointToken = 42, UNAUTHORIZED, "The verification token is missing or wrong";
    /// A door for Redox: no endpoint of this name.
    NoSuchEndpoint = 43, NOT_FOUND, "There is no such endpoint";
    /// A door for Redox: a `GET` that is no endpoint verification.
    NotAChallenge = 44, BAD_REQUEST, "The endpoint verification cannot be read";
    /// A door for Redox: the body broke off or could not be decompressed.
    BrokenBody = 45, BAD_REQUEST, "The body could not be read";
    /// A door for Redox: the body took too long.
    SlowBody = 46, REQUEST_TIMEOUT, "The body took too long";
    /// A door for Redox: the endpoint is told to hold what cannot be handled.
    Held = 47, SERVICE_UNAVAILABLE, "The endpoint holds what it cannot handle";
    /// A door for Redox: too much at once, or a fault of ours.
    NotNow = 48, SERVICE_UNAVAILABLE, "The gateway cannot take the event right now";
    /// Something that needs Redox's platform API, without credentials for it.
    NoPlatform = 50, CONFLICT, "There are no credentials for Redox's platform API";
    /// Redox's platform API could not be reached, refused, or its answer could not be read.
    PlatformSilent = 51, BAD_GATEWAY, "Redox's platform API gave no answer";
    /// Redox answers that it will not have this file.
    FileRefused = 54, UNPROCESSABLE_ENTITY, "Redox refused the file";
    /// A FHIR request of a form that Redox has no use for.
    NotPassedOn = 55, UNPROCESSABLE_ENTITY, "The FHIR request is not of a form that is passed on";
    /// Search parameters in an address.
    QueryInAddress = 56, UNPROCESSABLE_ENTITY, "Search parameters do not belong in the address";
    /// A destination without a FHIR server.
    NoFhirServer = 57, UNPROCESSABLE_ENTITY, "The destination has no FHIR server";
    /// A lease that has run out, was given back, or never was.
    LeaseOver = 61, CONFLICT, "The lease is over";
    /// Deliveries that are not part of the lease.
    NotLeased = 62, CONFLICT, "The deliveries are not part of this lease";
    /// No pull handler of this name.
    NoSuchInbox = 63, NOT_FOUND, "There is no such pull handler";
    /// The edited event is none that could be accepted.
    NotAcceptable = 64, UNPROCESSABLE_ENTITY, "The edited event cannot be accepted";
    /// An HL7 listener: the bytes are no readable message.
    UnreadableMessage = 74, UNPROCESSABLE_ENTITY, "The HL7 message cannot be read";
    /// No such bulk export.
    NoSuchExport = 78, NOT_FOUND, "There is no such bulk export";
    /// The export has a run under way.
    ExportRuns = 79, CONFLICT, "The bulk export runs already";
    /// The export has no run under way.
    NoExportRuns = 80, CONFLICT, "The bulk export does not run";
    /// The run could not be written down.
    ExportNotNow = 81, SERVICE_UNAVAILABLE, "The bulk export cannot be started just now";
    /// The lane has left the state by which the act was decided.
    LaneMoved = 90, CONFLICT, "The lane is doing something else by now";
    /// Only what an orphaned lane has is reassigned, or cancelled with it.
    NotOrphaned = 91, CONFLICT, "The lane is not orphaned";
}

impl Code {
    /// `OXG0001`.
    pub fn text(self) -> String {
        format!("OXG{:04}", self as u16)
    }

    /// The address of the code's page, which is also the problem's `type`.
    pub fn page(self) -> String {
        format!("{PAGES}{}.md", self.text())
    }
}
