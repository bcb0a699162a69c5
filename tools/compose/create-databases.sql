-- Run once by the postgres image, when its volume is new: for every context a database that no other context can connect to, its owner, as whom the
-- migration runs, a role for the service, which the migration grants what it needs: it adds events and cannot change or delete one; and a role for those who
-- operate it, which may read, and call what records itself. It sees whose transaction holds something up, too. A reader may read. Each kind has a password of
-- its own: who breaks into a service is not the owner by it.
\getenv password DATABASE_PASSWORD
\getenv owner_password DATABASE_OWNER_PASSWORD
\getenv operator_password DATABASE_OPERATOR_PASSWORD
\getenv reader_password DATABASE_READER_PASSWORD

-- context: order
CREATE ROLE order_owner LOGIN PASSWORD :'owner_password';
CREATE ROLE order_service LOGIN PASSWORD :'password';
CREATE ROLE order_operator LOGIN PASSWORD :'operator_password';
CREATE ROLE order_reader LOGIN PASSWORD :'reader_password';
CREATE DATABASE order_service OWNER order_owner;
REVOKE CONNECT ON DATABASE order_service FROM PUBLIC;
GRANT CONNECT ON DATABASE order_service TO order_service, order_operator, order_reader;
GRANT pg_read_all_stats TO order_operator;
-- end context: order

-- context: payment
CREATE ROLE payment_owner LOGIN PASSWORD :'owner_password';
CREATE ROLE payment_service LOGIN PASSWORD :'password';
CREATE ROLE payment_operator LOGIN PASSWORD :'operator_password';
CREATE ROLE payment_reader LOGIN PASSWORD :'reader_password';
CREATE DATABASE payment_service OWNER payment_owner;
REVOKE CONNECT ON DATABASE payment_service FROM PUBLIC;
GRANT CONNECT ON DATABASE payment_service TO payment_service, payment_operator, payment_reader;
GRANT pg_read_all_stats TO payment_operator;
-- end context: payment

-- contexts end here
