-- Which attempt's start was recorded last (see `Delivery::ticket`): a refused one undoes its own and no other.
ALTER TABLE deliveries ADD COLUMN ticket INTEGER;
