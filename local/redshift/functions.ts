// SPDX-License-Identifier: Apache-2.0

/** Functions that Redshift has and PostgreSQL has not, or has otherwise. They live in a schema of their own, so that no table meets them. */

const difference = (type: string) => `
create function redshift.date_diff(part text, a ${type}, b ${type}) returns bigint language sql immutable as $$
  -- counts the boundaries crossed, not the time elapsed
  select case part
    when 'microsecond' then ((extract(epoch from b) - extract(epoch from a)) * 1000000)::bigint
    when 'millisecond' then (floor(extract(epoch from b) * 1000) - floor(extract(epoch from a) * 1000))::bigint
    when 'second' then (floor(extract(epoch from b)) - floor(extract(epoch from a)))::bigint
    when 'minute' then (floor(extract(epoch from b) / 60) - floor(extract(epoch from a) / 60))::bigint
    when 'hour' then (floor(extract(epoch from b) / 3600) - floor(extract(epoch from a) / 3600))::bigint
    when 'day' then (b::date - a::date)::bigint
    when 'week' then ((date_trunc('week', b)::date - date_trunc('week', a)::date) / 7)::bigint
    when 'month' then (extract(year from b) * 12 + extract(month from b) - extract(year from a) * 12 - extract(month from a))::bigint
    when 'quarter' then (extract(year from b) * 4 + extract(quarter from b) - extract(year from a) * 4 - extract(quarter from a))::bigint
    when 'year' then (extract(year from b) - extract(year from a))::bigint
    when 'decade' then (extract(decade from b) - extract(decade from a))::bigint
    when 'century' then (extract(century from b) - extract(century from a))::bigint
    when 'millennium' then (extract(millennium from b) - extract(millennium from a))::bigint
  end
$$;`;

/** SQL that makes the functions in an empty PostgreSQL. */
export const REDSHIFT_FUNCTIONS = `
create schema redshift;

create function redshift.getdate(moment timestamp) returns timestamp language sql immutable as 'select moment';
create function redshift.sysdate(moment timestamp) returns timestamp language sql immutable as 'select moment';

create function redshift.date_add(step interval, moment timestamp) returns timestamp language sql immutable as 'select moment + step';
create function redshift.date_add(step interval, moment timestamptz) returns timestamptz language sql stable as 'select moment + step';
create function redshift.date_add(step interval, moment date) returns timestamp language sql immutable as 'select moment + step';
${difference('timestamp')}
${difference('timestamptz').replace('immutable', 'stable')}
create function redshift.date_diff(part text, a date, b date) returns bigint language sql immutable
  as 'select redshift.date_diff(part, a::timestamp, b::timestamp)';
create function redshift.date_trunc(part text, moment date) returns timestamp language sql immutable as 'select date_trunc(part, moment::timestamp)';
create function redshift.trunc(moment timestamp) returns date language sql immutable as 'select moment::date';
create function redshift.add_months(moment timestamp, months int) returns timestamp language sql immutable as $$
  -- the last day of a month stays the last day
  select case when moment::date = (date_trunc('month', moment) + interval '1 month - 1 day')::date
    then date_trunc('month', moment) + make_interval(months => months + 1) - interval '1 day' + (moment - date_trunc('day', moment))
    else moment + make_interval(months => months) end
$$;
create function redshift.last_day(moment timestamp) returns date language sql immutable
  as $$select (date_trunc('month', moment) + interval '1 month - 1 day')::date$$;

create function redshift.convert_timezone(target text, moment timestamp) returns timestamp language sql immutable
  as $$select moment at time zone 'UTC' at time zone target$$;
create function redshift.convert_timezone(target text, moment timestamptz) returns timestamp language sql immutable
  as 'select moment at time zone target';
create function redshift.convert_timezone(source text, target text, moment timestamp) returns timestamp language sql immutable
  as 'select moment at time zone source at time zone target';

create function redshift.len(value text) returns int language sql immutable as 'select length(value)';
create function redshift.charindex(part text, value text) returns int language sql immutable as 'select strpos(value, part)';
create function redshift.json_extract_path_text(value text, variadic path text[]) returns text language sql immutable
  as 'select json_extract_path_text(value::json, variadic path)';
create function redshift.round(value float8, digits int) returns float8 language sql immutable as 'select round(value::numeric, digits)::float8';

create function redshift.cut_average(state int8[]) returns int8 language sql immutable as 'select state[2] / nullif(state[1], 0)';
create function redshift.add_to_average(state int8[], value int8) returns int8[] language sql immutable
  as 'select case when value is null then state else array[state[1] + 1, state[2] + value] end';
create aggregate redshift.avg(int2) (sfunc = int2_avg_accum, stype = int8[], initcond = '{0,0}', finalfunc = redshift.cut_average);
create aggregate redshift.avg(int4) (sfunc = int4_avg_accum, stype = int8[], initcond = '{0,0}', finalfunc = redshift.cut_average);
create aggregate redshift.avg(int8) (sfunc = redshift.add_to_average, stype = int8[], initcond = '{0,0}', finalfunc = redshift.cut_average);
create aggregate redshift.avg(numeric) (sfunc = numeric_avg_accum, stype = internal, finalfunc = numeric_avg);
create aggregate redshift.avg(float4) (sfunc = float4_accum, stype = float8[], initcond = '{0,0,0}', finalfunc = float8_avg);
create aggregate redshift.avg(float8) (sfunc = float8_accum, stype = float8[], initcond = '{0,0,0}', finalfunc = float8_avg);
`;

/** What each connection sets: names are looked up in the user's schema first, the time zone is Redshift's default. */
export const SESSION_SETTINGS = "set search_path to public, redshift; set timezone to 'UTC'; set datestyle to 'ISO, MDY'; set standard_conforming_strings to on;";
