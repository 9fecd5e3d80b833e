using Replication.Core.IO;
using Replication.Core.Log;

namespace Replication.Core.Database;

/// <summary>What a database uses of the world.</summary>
/// <param name="Files">Its files.</param>
/// <param name="Entropy">Its randomness.</param>
/// <param name="SupplyFor">Makes the supply of segment files for a log's directory and segment size.</param>
public sealed record DatabaseEnvironment(IFileSystem Files, IEntropy Entropy, Func<string, int, ISegmentSupply> SupplyFor)
{
    /// <summary>The operating system's files and randomness.</summary>
    public static DatabaseEnvironment Physical { get; } = CreatePhysical();

    private static DatabaseEnvironment CreatePhysical()
    {
        var files = new PhysicalFileSystem();
        return new DatabaseEnvironment(files, new SystemEntropy(), (directory, bytes) => new BackgroundSegmentSupply(files, directory, bytes));
    }
}
