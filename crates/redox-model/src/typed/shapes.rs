//! The macros that turn a list of fields into a type.

/// A shape: its documentation, its name in the catalogue, and one line per field with its member name.
macro_rules! shape {
    (
        $(#[$doc:meta])*
        $name:ident in $catalogue:literal {
            $($(#[$field_doc:meta])* $field:ident: $ty:ty = $how:ident $member:literal,)*
        }
    ) => {
        $(#[$doc])*
        #[derive(Clone, Default, PartialEq)]
        pub struct $name {
            $($(#[$field_doc])* pub $field: $ty,)*
            /// What the message has here beyond the fields, as it was written.
            pub other: $crate::typed::Other,
        }

        impl $crate::typed::Sealed for $name {}

        impl $crate::typed::Shape for $name {
            const NAME: &'static str = $catalogue;

            fn read_member(
                &mut self,
                name: &str,
                reader: &mut $crate::typed::Reader<'_>,
            ) -> ::std::result::Result<$crate::typed::Taken, $crate::typed::Unread> {
                match name {
                    $($member => reader.field($member, &mut self.$field),)*
                    _ => reader.skip().map(|()| $crate::typed::Taken::No),
                }
            }

            fn write_members(&self, writer: &mut $crate::typed::Writer) {
                $(writer.$how($member, &self.$field, &self.other);)*
                writer.others(&self.other);
            }

            fn other_mut(&mut self) -> &mut $crate::typed::Other {
                &mut self.other
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                $crate::typed::debug::<Self>(f)
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> ::std::result::Result<S::Ok, S::Error> {
                $crate::typed::serialize(self, serializer)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> ::std::result::Result<Self, D::Error> {
                $crate::typed::deserialize(deserializer)
            }
        }
    };
}

/// Marks a shape as a whole message.
macro_rules! event {
    ($name:ident is $data_model:literal $event_type:literal) => {
        impl $crate::typed::Event for $name {
            const DATA_MODEL: &'static str = $data_model;
            const EVENT_TYPE: &'static str = $event_type;

            fn name_meta(&mut self) {
                // A `Meta` or a name of another type is kept in `other`, and would hide the one given here.
                let free = |name: &str| self.other.get("Meta").or_else(|| self.meta.other.get(name)).is_none();
                let [name_model, name_type] = [free("DataModel"), free("EventType")];
                if name_model && self.meta.data_model.is_empty() {
                    $data_model.clone_into(&mut self.meta.data_model);
                }
                if name_type && self.meta.event_type.is_empty() {
                    $event_type.clone_into(&mut self.meta.event_type);
                }
            }
        }
    };
}
