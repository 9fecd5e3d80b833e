using System.Runtime.CompilerServices;

namespace Replication.Core.IO;

/// <summary>How the compiler treats methods that a start depends on.</summary>
internal static class Jit
{
    /// <summary>
    /// Optimized the first time it is called. A process compiles its methods quickly and badly at first, and well when they have been
    /// used for a while; what loads a database has done its work by then, three times slower. For loops and what they call millions of times.
    /// </summary>
    public const MethodImplOptions AtOnce = MethodImplOptions.AggressiveOptimization;
}
