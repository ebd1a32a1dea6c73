select s_suppkey, s_name, s_address, s_phone, count(distinct l_custkey) as persons
from supplier, lineitem
where s_suppkey = l_suppkey
  and l_shipdate >= date '1996-01-01'
  and l_shipdate < date '1996-01-01' + interval '3' month
group by s_suppkey, s_name, s_address, s_phone
