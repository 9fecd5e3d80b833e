using System.IO.Compression;

namespace Grpc.Net.Compression;

/// <summary>One message encoding, named as in the <c>grpc-encoding</c> header.</summary>
public interface ICompressionProvider
{
    /// <summary>The encoding's name on the wire.</summary>
    string EncodingName { get; }

    /// <summary>
    /// A stream that compresses what is written to it into <paramref name="stream"/>, which stays open; null means the provider's
    /// own level.
    /// </summary>
    Stream CreateCompressionStream(Stream stream, CompressionLevel? compressionLevel);

    /// <summary>A stream that reads decompressed bytes out of <paramref name="stream"/>. It sets no limit on their number.</summary>
    Stream CreateDecompressionStream(Stream stream);
}
