using System.Buffers.Binary;
using Replication.Core.Log;

namespace Replication.Core.Snapshots;

/// <summary>The beginnings of snapshot files. docs/SNAPSHOT_FORMAT.md has the tables.</summary>
internal static class SnapshotFile
{
    public const int HeaderSize = 16;
    public const uint Version = 1;

    public static ReadOnlySpan<byte> DataMagic => "REPLSNP\n"u8;

    public static ReadOnlySpan<byte> ManifestMagic => "REPLMAN\n"u8;

    /// <summary>Magic, version and a word that the manifest uses for its crc.</summary>
    public static void WriteHeader(Span<byte> destination, ReadOnlySpan<byte> magic, uint word)
    {
        magic.CopyTo(destination);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[8..], Version);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[12..], word);
    }

    /// <summary>Checks a header and returns its word.</summary>
    /// <exception cref="SnapshotDamagedException">It is another kind of file.</exception>
    /// <exception cref="UnsupportedFormatException">A newer version wrote it.</exception>
    public static uint ReadHeader(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> magic, string file)
    {
        if (bytes.Length < HeaderSize || !bytes[..magic.Length].SequenceEqual(magic))
            throw new SnapshotDamagedException(file, "it does not begin like a file of a snapshot");
        var version = BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]);
        if (version != Version)
            throw new UnsupportedFormatException($"{file} has snapshot format version {version}; this version reads {Version}. Start a newer version of the program on it.");
        return BinaryPrimitives.ReadUInt32LittleEndian(bytes[12..]);
    }
}
