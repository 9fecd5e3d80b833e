using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Replication.Core.IO;

/// <summary>The operating system's randomness.</summary>
public sealed class SystemEntropy : IEntropy
{
    /// <inheritdoc/>
    public ulong NextNonZero()
    {
        ulong value = 0;
        while (value == 0) RandomNumberGenerator.Fill(MemoryMarshal.AsBytes(new Span<ulong>(ref value)));
        return value;
    }
}
