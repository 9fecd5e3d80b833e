using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using Replication.Core.IO;
using Replication.Core.Indexes;

namespace Replication.Core.Records;

/// <summary>
/// The sum, modulo 2^128, of the hashes of all live records, collections, definitions of indexes and remembered requests: it is the same on two nodes exactly when
/// their data is (but for a chance of about 2^-128), and it is kept up with each change. The hash and the bytes it
/// covers are part of the format: docs/LOG_FORMAT.md, "State digest".
/// </summary>
/// <param name="Sum">0 for an empty database.</param>
public readonly record struct StateDigest(UInt128 Sum)
{
    /// <summary>Bytes in entries and manifests, little-endian.</summary>
    public const int Size = 16;

    private const byte RecordDomain = 1;
    private const byte CollectionDomain = 2;
    private const byte NameDomain = 3;
    private const byte RequestDomain = 4;
    private const byte IndexDomain = 5;

    // "replication-sum1", little-endian.
    private const ulong Key0 = 0x7461_6369_6c70_6572;
    private const ulong Key1 = 0x316d_7573_2d6e_6f69;

    /// <summary>The digest of an empty database.</summary>
    public static StateDigest Empty => default;

    /// <summary>Reads 16 bytes, little-endian.</summary>
    public static StateDigest Read(ReadOnlySpan<byte> source) => new(BinaryPrimitives.ReadUInt128LittleEndian(source));

    /// <summary>Writes 16 bytes, little-endian.</summary>
    public void Write(Span<byte> destination) => BinaryPrimitives.WriteUInt128LittleEndian(destination, Sum);

    /// <summary>With everything that another one is the digest of.</summary>
    public StateDigest Plus(StateDigest other) => new(unchecked(Sum + other.Sum));

    /// <summary>Without everything that another one is the digest of.</summary>
    public StateDigest Minus(StateDigest other) => new(unchecked(Sum - other.Sum));

    /// <summary>With one record more.</summary>
    public StateDigest With(ReadOnlySpan<byte> collection, Record record) => With(collection, record.Key, record.Value, record.Index);

    /// <summary>With one record more.</summary>
    public StateDigest With(ReadOnlySpan<byte> collection, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, long index) =>
        new(unchecked(Sum + HashOf(collection, key, value, index)));

    /// <summary>With one collection more.</summary>
    public StateDigest WithCollection(string name, CollectionKind kind) => new(unchecked(Sum + HashOf(name, kind)));

    /// <summary>With one collection less.</summary>
    public StateDigest WithoutCollection(string name, CollectionKind kind) => new(unchecked(Sum - HashOf(name, kind)));

    /// <summary>With one index more.</summary>
    /// <param name="collection">The collection's name in ASCII.</param>
    /// <param name="index">Without its entries, which follow from the records.</param>
    public StateDigest WithIndex(ReadOnlySpan<byte> collection, IndexState index) => new(unchecked(Sum + HashOf(collection, index)));

    /// <summary>With one index less.</summary>
    public StateDigest WithoutIndex(ReadOnlySpan<byte> collection, IndexState index) => new(unchecked(Sum - HashOf(collection, index)));

    /// <summary>With one collection more: itself and the definitions of its indexes, not its records.</summary>
    public StateDigest WithCollection(Collection collection)
    {
        var digest = WithCollection(collection.Name, collection.Kind);
        foreach (var index in collection.Indexes) digest = digest.WithIndex(collection.NameBytes, index.State);
        return digest;
    }

    /// <summary>With one remembered request more.</summary>
    /// <param name="id">1 to 64 bytes.</param>
    /// <param name="index">Of the entry that it made.</param>
    public StateDigest WithRequest(ReadOnlySpan<byte> id, long index) => new(unchecked(Sum + HashOf(id, index)));

    /// <summary>With one remembered request less.</summary>
    public StateDigest WithoutRequest(ReadOnlySpan<byte> id, long index) => new(unchecked(Sum - HashOf(id, index)));

    /// <summary>The hash of a record's name alone, by which a scrub divides records into ranges.</summary>
    /// <param name="collection">The collection's name in ASCII.</param>
    /// <param name="key">The key; empty for the collection itself.</param>
    public static UInt128 HashOfName(ReadOnlySpan<byte> collection, ReadOnlySpan<byte> key)
    {
        // domain u8, name length u8, name, key
        Span<byte> head = stackalloc byte[2 + 64];
        head[0] = NameDomain;
        head[1] = (byte)collection.Length;
        collection.CopyTo(head[2..]);
        var hash = new SipHash128(Key0, Key1);
        hash.Append(head[..(2 + collection.Length)]);
        hash.Append(key);
        return hash.Finish();
    }

    /// <summary>32 hexadecimal digits.</summary>
    public override string ToString() => Sum.ToString("x32", CultureInfo.InvariantCulture);

    /// <summary>For messages that <see cref="Write(Span{byte}, ReadOnlySpan{byte}, ReadOnlySpan{byte}, ReadOnlySpan{byte}, long)"/> makes.</summary>
    internal static SipHashLanes NewLanes() => new(Key0, Key1);

    /// <summary>Bytes of the message whose hash stands for a record.</summary>
    internal static long BytesOf(ReadOnlySpan<byte> collection, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value) =>
        2L + collection.Length + sizeof(ushort) + key.Length + sizeof(long) + sizeof(int) + value.Length;

    /// <summary>Writes the message whose hash stands for a record.</summary>
    [MethodImpl(Jit.AtOnce)]
    internal static void Write(Span<byte> message, ReadOnlySpan<byte> collection, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, long index) =>
        value.CopyTo(message[WriteHead(message, collection, key, value.Length, index)..]);

    /// <summary>The hash that stands for a record.</summary>
    internal static UInt128 HashOf(ReadOnlySpan<byte> collection, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, long index)
    {
        Span<byte> head = stackalloc byte[(int)BytesOf(collection, key, [])];
        WriteHead(head, collection, key, value.Length, index);
        var hash = new SipHash128(Key0, Key1);
        hash.Append(head);
        hash.Append(value);
        return hash.Finish();
    }

    // domain u8, name length u8, name, key length u16, key, index u64, value length u32; then the value
    private static int WriteHead(Span<byte> message, ReadOnlySpan<byte> collection, ReadOnlySpan<byte> key, int valueLength, long index)
    {
        message[0] = RecordDomain;
        message[1] = (byte)collection.Length;
        var at = 2;
        collection.CopyTo(message[at..]);
        at += collection.Length;
        BinaryPrimitives.WriteUInt16LittleEndian(message[at..], (ushort)key.Length);
        at += sizeof(ushort);
        key.CopyTo(message[at..]);
        at += key.Length;
        BinaryPrimitives.WriteInt64LittleEndian(message[at..], index);
        at += sizeof(long);
        BinaryPrimitives.WriteInt32LittleEndian(message[at..], valueLength);
        return at + sizeof(int);
    }

    // domain u8, name length u8, name, the index as SnapshotIndex
    private static UInt128 HashOf(ReadOnlySpan<byte> collection, IndexState index)
    {
        Span<byte> head = stackalloc byte[2 + 64];
        head[0] = IndexDomain;
        head[1] = (byte)collection.Length;
        collection.CopyTo(head[2..]);
        var hash = new SipHash128(Key0, Key1);
        hash.Append(head[..(2 + collection.Length)]);
        hash.Append(index.ToArray());
        return hash.Finish();
    }

    // domain u8, name length u8, name, kind u8
    private static UInt128 HashOf(string name, CollectionKind kind)
    {
        Span<byte> bytes = stackalloc byte[2 + 64 + 1];
        bytes[0] = CollectionDomain;
        var length = Encoding.ASCII.GetBytes(name, bytes[2..]);
        bytes[1] = (byte)length;
        bytes[2 + length] = (byte)kind;
        var hash = new SipHash128(Key0, Key1);
        hash.Append(bytes[..(3 + length)]);
        return hash.Finish();
    }

    // domain u8, id length u8, id, index u64
    private static UInt128 HashOf(ReadOnlySpan<byte> id, long index)
    {
        Span<byte> bytes = stackalloc byte[2 + Transactions.TransactionLimits.MaxRequestIdBytes + sizeof(long)];
        bytes[0] = RequestDomain;
        bytes[1] = (byte)id.Length;
        id.CopyTo(bytes[2..]);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[(2 + id.Length)..], index);
        var hash = new SipHash128(Key0, Key1);
        hash.Append(bytes[..(2 + id.Length + sizeof(long))]);
        return hash.Finish();
    }
}
