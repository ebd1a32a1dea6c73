select s_name, s_address
from supplier, nation, (
    select l_suppkey, sum(l_quantity) as shipped
    from lineitem, part
    where l_partkey = p_partkey
      and p_name like 'forest%'
      and l_shipdate >= date '1994-01-01'
      and l_shipdate < date '1994-01-01' + interval '1' year
    group by l_suppkey
  ) as sold, (
    select ps_suppkey, sum(ps_availqty) as available
    from partsupp, part
    where ps_partkey = p_partkey and p_name like 'forest%'
    group by ps_suppkey
  ) as offered
where s_suppkey = l_suppkey
  and s_suppkey = ps_suppkey
  and available > 0.5 * shipped
  and s_nationkey = n_nationkey
  and n_name = 'CANADA'
order by s_name
