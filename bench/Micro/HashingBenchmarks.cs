using BenchmarkDotNet.Attributes;
using Replication.Bench.Load;
using Replication.Core.Records;
using Replication.Core.Records.Index;

namespace Replication.Bench.Micro;

/// <summary>The hash of an index, over a key, and that of the digest, over what a record is.</summary>
[MemoryDiagnoser]
public class HashingBenchmarks
{
    private const int RecordBytes = 136;

    private readonly byte[] _key = Dataset.KeyUtf8(123_456);
    private readonly byte[] _record = Dataset.Value(new Random(1), RecordBytes).ToArray();
    private readonly RecordSum _sum = new();

    [Benchmark]
    public ulong KeyHashOf16() => KeyHash.Of(_key);

    [Benchmark]
    public UInt128 SipHash128Of136()
    {
        var hash = new SipHash128(1, 2);
        hash.Append(_record);
        return hash.Finish();
    }

    /// <summary>What a put that replaces a record hashes.</summary>
    [Benchmark]
    public StateDigest TwoRecords() => Sum(2);

    [Benchmark]
    public StateDigest FourRecords() => Sum(4);

    private StateDigest Sum(int records)
    {
        for (var i = 0; i < records; i++) _sum.Add("records"u8, _key, _record.AsSpan(0, Dataset.ValueBytes), i);
        return _sum.Take();
    }
}
