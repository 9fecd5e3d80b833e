namespace Replication.Processes.Tests;

/// <summary>The checkout that the tests were built from.</summary>
internal static class Repository
{
    public static string File(string name)
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (!System.IO.File.Exists(Path.Combine(directory.FullName, "Replication.sln")))
            directory = directory.Parent ?? throw new InvalidOperationException("These tests run from inside the checkout.");
        return Path.Combine(directory.FullName, name);
    }

    /// <summary>What another project of the same configuration was built to.</summary>
    public static string Built(string project, string file)
    {
        var framework = new DirectoryInfo(AppContext.BaseDirectory);
        return File(Path.Combine("src", project, "bin", framework.Parent!.Name, framework.Name, file));
    }
}
