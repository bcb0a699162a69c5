-- Run once by the postgres image, when its volume is new: for every context a database and an owner of the same name,
-- which no other context can connect to.
\getenv password DATABASE_PASSWORD

-- context: order
CREATE ROLE order_service LOGIN PASSWORD :'password';
CREATE DATABASE order_service OWNER order_service;
REVOKE CONNECT ON DATABASE order_service FROM PUBLIC;
-- end context: order

-- context: payment
CREATE ROLE payment_service LOGIN PASSWORD :'password';
CREATE DATABASE payment_service OWNER payment_service;
REVOKE CONNECT ON DATABASE payment_service FROM PUBLIC;
-- end context: payment

-- contexts end here
