namespace Replication.ProcessKit;

/// <summary>The checkout that the tests were built from.</summary>
public static class Repository
{
    /// <summary>A file of it.</summary>
    public static string File(string name)
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (!System.IO.File.Exists(Path.Combine(directory.FullName, "Replication.sln")))
            directory = directory.Parent ?? throw new InvalidOperationException("These tests run from inside the checkout.");
        return Path.Combine(directory.FullName, name);
    }

    /// <summary>What a project of <c>src</c> was built to, in the configuration of what runs.</summary>
    public static string Built(string project, string file)
    {
        var framework = new DirectoryInfo(AppContext.BaseDirectory);
        return File(Path.Combine("src", project, "bin", framework.Parent!.Name, framework.Name, file));
    }
}
